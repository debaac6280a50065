"""Facility coverage: who can walk to a community health centre, and where one is missing."""

__version__ = "0.1.0"
