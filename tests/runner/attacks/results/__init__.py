"""Lying to the server through the result."""
