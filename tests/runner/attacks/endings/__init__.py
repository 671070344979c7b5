"""Not ending, or ending otherwise than a job should."""
