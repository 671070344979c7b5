"""Confidence intervals and classification metrics, computed in one place for pages, claims and the lab.

`intervals` and `classification` use only the standard library, so that the service can import them. `scores` needs
NumPy: it resamples whole sets of predictions.
"""
