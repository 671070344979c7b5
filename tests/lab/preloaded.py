"""Fresh processes that need not import TensorFlow: a process that has imported it forks one for each script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

# The server never runs a TensorFlow operation, so that each fork starts TensorFlow itself.
SERVER = """
import json, os, sys, tempfile, traceback
import keras, tensorflow

def run(script, files):
    for descriptor, file in zip((1, 2), files):
        os.dup2(file.fileno(), descriptor)
    try:
        exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0

for line in sys.stdin:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = os.fork()
        if not child:
            os._exit(run(json.loads(line), (out, err)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps([status, *(file.seek(0) or file.read() for file in (out, err))]), flush=True)
"""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
"""No settings for threads."""


@dataclass(frozen=True)
class PreloadedPython:
    """Runs scripts in processes in which TensorFlow is imported, but has run nothing."""

    server: subprocess.Popen[str]

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """The script, run to its end in a process of its own."""
        assert self.server.stdin
        assert self.server.stdout
        self.server.stdin.write(json.dumps(script) + "\n")
        self.server.stdin.flush()
        code, out, err = json.loads(self.server.stdout.readline())
        return subprocess.CompletedProcess([], code, out, err)


@contextmanager
def preloaded_python() -> Iterator[PreloadedPython]:
    """Start the process that imports TensorFlow, and end it with the context."""
    env = {**ENVIRONMENT, **{name: value for name, value in os.environ.items() if name in ("HOME", "KERAS_HOME")}}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", SERVER], stdin=pipe, stdout=pipe, text=True, env=env) as server:
        yield PreloadedPython(server)
