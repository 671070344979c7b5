"""What learners do, free of HTTP: plain calls with plain data in and out, for pages, an API, an LMS or a worker."""
