"""What touches the world: actions, gateways to outside systems, and the recording of facts."""
