"""Proposals over HTTP: their way through review, the signed sheets, and the audit of the record."""
