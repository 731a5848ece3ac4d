"""Carelane's store: PostgreSQL tables, a repository per aggregate, and the recording of what instances state."""
