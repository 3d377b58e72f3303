"""What a run amounts to: the fifteen-minute budget, the no-response twin, the outcomes."""
