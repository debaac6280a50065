"""Proposals: what a new, moved or closed facility would change, and how good its place is."""
