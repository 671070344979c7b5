"""Audits of question banks: what each item claims is formed by machine, run, and compared with its key."""
