"""Tampering with clocks, timers and random numbers."""
