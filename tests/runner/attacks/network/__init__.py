"""Speaking to anyone."""
