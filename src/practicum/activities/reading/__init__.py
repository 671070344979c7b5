"""A page of prose, measured figures and cells that run."""
