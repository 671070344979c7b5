"""Code that a learner improves run by run, until it meets a goal on hidden data."""
