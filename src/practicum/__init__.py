"""practicum: the practice platform for machine learning whose answers have been run."""

import time

__version__ = "0.1.0"

IMPORTED = time.time()
"""When this process began to import practicum's modules, in seconds since the epoch."""
