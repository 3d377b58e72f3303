"""Truth: what is really happening."""
