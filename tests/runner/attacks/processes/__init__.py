"""Harming other processes, starting processes, changing user."""
