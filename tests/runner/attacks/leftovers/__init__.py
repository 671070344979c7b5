"""Leaving something for later jobs or for the cleanup."""
