"""From ways to a routable street network, and from places to their nearest street."""
