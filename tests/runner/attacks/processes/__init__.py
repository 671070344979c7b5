"""Harming other processes, becoming more than one, becoming someone else."""
