"""The map that everyone could know."""
