"""What keeps strangers out: passwords and tokens, headers, and where a request came from."""
