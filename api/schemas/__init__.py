"""What goes over the wire of the JSON API. Names here are a promise to those who call it."""
