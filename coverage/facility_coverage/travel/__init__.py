"""From a street network to travel times, cut edges and isochrones."""
