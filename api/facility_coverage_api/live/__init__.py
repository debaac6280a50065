"""Numbers that are worked out while the caller waits, from studies that are kept ready."""
