"""Removes folders that a job has filled."""

from __future__ import annotations

import contextlib
import os


def remove_tree(top: str) -> None:
    """Remove a folder of any depth, without recursion or long paths and without following links."""
    count, unused = 0, os.urandom(8).hex()  # names that a job cannot have used
    with contextlib.suppress(OSError):
        os.chmod(top, 0o700)
        while entries := list(os.scandir(top)):
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)
                for below in list(os.scandir(entry.path)):
                    count += 1
                    os.rename(below.path, f"{top}/{unused}-{count}")
                os.rmdir(entry.path)
        os.rmdir(top)
