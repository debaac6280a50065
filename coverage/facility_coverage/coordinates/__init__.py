"""The systems in which Chinese coordinates are kept: WGS 84, GCJ-02, BD-09, CGCS2000 and EPSG."""
