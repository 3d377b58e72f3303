"""Belief: what the centre has heard, expects, plans and orders."""
