"""Many studies: found, carried out by an engine, and rolled up into one table and layer."""
