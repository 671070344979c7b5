"""Environments for runs: what a course asks for, built once into a folder and kept. See `docs/environments.md`."""
