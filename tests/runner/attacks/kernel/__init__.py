"""Asking the kernel for what could open a way out."""
