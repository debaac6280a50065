"""From a study result to files: tables, layers, manifest."""
