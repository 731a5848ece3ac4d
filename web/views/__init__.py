"""The pages, a module for each; a view reads the request, calls a use case, and renders or redirects."""
