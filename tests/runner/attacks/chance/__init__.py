"""Tampering with clocks, timers and chance."""
