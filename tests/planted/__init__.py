"""The measuring instrument of the audit: banks with planted faults, and how well the faults are found.

`measured(audit, map(planted_bank, seeds))` scores any function from a bank to the names of faults by item.
The instrument knows the bank model and nothing of practicum's audit, so that it cannot share the audit's mistakes.
"""
