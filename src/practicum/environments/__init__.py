"""Environments for runs: a course's packages, installed once into a folder and cached. See `docs/environments.md`."""
