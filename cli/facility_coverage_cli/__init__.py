"""The command line of facility-coverage: one file per command, none of which computes anything."""
