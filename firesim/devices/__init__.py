"""The edge: alone touching both the world and messages."""
