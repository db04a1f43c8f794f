"""Pipelines as data: steps by name, what each reads, what it made, and which are due."""
