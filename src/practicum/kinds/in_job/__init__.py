"""Code that runs inside jobs: read as text, and never imported here."""
