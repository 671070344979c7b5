"""Not ending, or ending abnormally."""
