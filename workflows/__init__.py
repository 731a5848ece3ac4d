"""Temporal: one workflow type that interprets any plan. Pure but for what Temporal gives it."""
