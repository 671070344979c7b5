"""Practicum beside what one would use instead, measured in one run: `make bench`. No test depends on a time."""
