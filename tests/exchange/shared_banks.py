"""Public question banks beside the repository, where it was checked out with them."""

from __future__ import annotations

from practicum.exchange import BankFile
from tests.conftest import ROOT

SHARED_BANKS = ROOT.parent / "shared" / "banks"

HAVE_SHARED_BANKS = SHARED_BANKS.is_dir()
"""Tests that need them are defined if they are there: in CI none may be skipped."""


def shared_files(folder: str, pattern: str) -> list[BankFile]:
    """The files of one of the banks, by name."""
    found = sorted((SHARED_BANKS / folder).glob(pattern))
    return [BankFile(file.relative_to(SHARED_BANKS / folder).as_posix(), file.read_bytes()) for file in found]
