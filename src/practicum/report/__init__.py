"""The report and the model card of one fit, written from its record."""
