"""The HTTP face: results of studies for GIS staff and scripts."""
