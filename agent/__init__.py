"""The host agent: a distribution of its own, whose reading of a machine the site uses for itself."""
