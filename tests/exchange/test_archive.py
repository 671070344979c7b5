"""Archives of banks: hostile ones are refused with one message, and equal files give equal archives."""

from __future__ import annotations

import io
import zipfile

import pytest

from practicum.exchange import BankFile, UnreadableBank
from practicum.exchange.archive import read_archive, replace_files, write_archive
from tests.exchange.hostile import hostile_archives, zipped

HOSTILE = hostile_archives()


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_hostile_archive_is_refused(attack: str) -> None:
    content, code = HOSTILE[attack]
    with pytest.raises(UnreadableBank) as refusal:
        read_archive(BankFile("bank.zip", content))

    assert refusal.value.code == code


def test_what_is_written_is_read_and_always_the_same() -> None:
    files = {"b/2.xml": b"<b/>", "a.xml": b"<a/>"}
    written = write_archive(files)

    assert read_archive(BankFile("bank.zip", written)).files == files
    assert write_archive(files) == written


def test_replacing_a_file_leaves_the_others() -> None:
    file = BankFile("bank.zip", zipped(**{"1.xml": b"one", "2.xml": b"two"}))
    changed = replace_files(file, {"2.xml": b"other"})
    with zipfile.ZipFile(io.BytesIO(file.content)) as old, zipfile.ZipFile(io.BytesIO(changed)) as new:
        assert [member.filename for member in new.infolist()] == ["1.xml", "2.xml"]
        assert [member.date_time for member in new.infolist()] == [member.date_time for member in old.infolist()]
        assert new.read("1.xml") == b"one"
        assert new.read("2.xml") == b"other"
