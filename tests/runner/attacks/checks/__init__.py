"""Passing a hidden check with a wrong answer."""
