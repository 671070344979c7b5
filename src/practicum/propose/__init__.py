"""The gate for generated questions: what is proved is kept, and what is not is rejected with its reason."""
