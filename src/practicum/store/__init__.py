"""Stores learners' progress as plain records, in SQLite by default or in PostgreSQL."""

from practicum.store.records import BadgeRecord, EventRecord, RunRecord, SittingRecord, StepRecord, StoreError
from practicum.store.store import Store

__all__ = ["BadgeRecord", "EventRecord", "RunRecord", "SittingRecord", "StepRecord", "Store", "StoreError"]
