"""The JSON API under `/api/v1`: a module for each kind of thing. A route reads, calls one use case, and writes."""
