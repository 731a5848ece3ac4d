"""The sub-commands of `carelane`, a module each; `cli` mounts them."""
