"""One module per step; ``Store.open`` takes those that a database lacks."""
