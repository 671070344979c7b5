"""What practicum remembers: SQLite by default, PostgreSQL for many. It stores plain records and judges nothing."""

from practicum.store.records import BadgeRecord, EventRecord, RunRecord, SittingRecord, StepRecord, StoreError
from practicum.store.store import Store

__all__ = ["BadgeRecord", "EventRecord", "RunRecord", "SittingRecord", "StepRecord", "Store", "StoreError"]
