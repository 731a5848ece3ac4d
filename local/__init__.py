"""Carelane on one machine: PostgreSQL, Temporal and the processes beside them, without containers."""
