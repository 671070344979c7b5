"""The measuring instrument of the audit: banks with planted faults, and how well the faults are found.

It knows the bank model and nothing of the audit, so that it cannot share the audit's mistakes.
"""
