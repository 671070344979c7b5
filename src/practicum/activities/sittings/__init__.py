"""Problems one at a time, against the clock, with a result and a badge."""
