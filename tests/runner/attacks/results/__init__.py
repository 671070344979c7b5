"""Forging the result that is sent to the server."""
