"""What a request passes before it is answered: hosts, keys, sizes, limits."""
