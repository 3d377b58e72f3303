"""The other laws: sight, radio, smoke, traffic, walking, routing."""
