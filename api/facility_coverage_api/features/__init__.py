"""Finished studies as layers that QGIS, ArcGIS and scripts open: OGC API Features and tiles."""
