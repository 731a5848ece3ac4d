"""What the relay does: delivers events to instances, finishes starts, and repairs lists that differ from them."""
