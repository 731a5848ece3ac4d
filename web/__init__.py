"""The pages: rendered on the server from the same use cases as the JSON API, and usable without scripts."""
