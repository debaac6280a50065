"""From travel times and people to what is covered, subdistrict by subdistrict, and the gaps."""
