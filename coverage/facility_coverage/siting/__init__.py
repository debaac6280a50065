"""Where the next sites could go: candidate sites and location models."""
