"""Exhausting the machine's resources."""
