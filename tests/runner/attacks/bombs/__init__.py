"""Using up the machine."""
