"""The service a browser speaks to: pages that work without JavaScript, from this package alone."""
