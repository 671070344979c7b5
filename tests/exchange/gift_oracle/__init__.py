"""gift-pegjs, another parser of GIFT, in a process that stays."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def missing() -> str:
    """What has to be installed first, or an empty string."""
    return "" if shutil.which("node") and shutil.which("npm") else "Node.js and npm are not installed"


class Oracle:
    """Parses texts as gift-pegjs does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def parse(self, text: str) -> list[dict[str, Any]]:
        """The questions of a text. Raises ValueError if it is none."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        if isinstance(found, dict):
            raise ValueError(found["error"])
        return found


@contextmanager
def oracle() -> Iterator[Oracle]:
    """Install the parser if it is not there, and start it."""
    if not (HERE / "node_modules" / "gift-pegjs").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=HERE, check=True, capture_output=True, timeout=300)
    command = ["node", "parse.js"]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Oracle(process)
        finally:
            process.kill()
