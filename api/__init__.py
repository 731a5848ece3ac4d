"""Carelane's HTTP side: the use cases, the JSON API on them, and what keeps strangers out."""
