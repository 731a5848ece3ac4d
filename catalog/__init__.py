"""Governed data: what definitions may name, and the tables they read. Each file is YAML with a known shape."""
