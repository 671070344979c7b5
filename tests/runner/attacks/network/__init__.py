"""Communicating over the network."""
