"""practicum: the practice platform for machine learning whose answers have been run."""

__version__ = "0.1.0"
