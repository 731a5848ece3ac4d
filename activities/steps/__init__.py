"""The actions that pathways name, a module per domain. Discovered: a new module here needs no registration."""
