"""The embedded study: real subdistricts of Tianhe on synthetic ground, with no download."""
