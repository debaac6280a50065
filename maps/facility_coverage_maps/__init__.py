"""A study's result on one interactive page that opens with no internet."""
