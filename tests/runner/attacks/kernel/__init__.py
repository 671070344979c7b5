"""Reaching outside through the kernel."""
