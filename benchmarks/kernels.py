"""What one would use instead to run a piece of code: a cold interpreter, a Jupyter kernel new or warm."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager


def cold(code: str) -> None:
    """`python -c`, from nothing."""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def new_kernel(code: str) -> None:
    """A Jupyter kernel started for this code alone, up to its answer."""
    with Kernel() as kernel:
        kernel.run(code)


class Kernel:
    """A Jupyter kernel that stays: no isolation, nothing started anew. The least a run can take."""

    def __enter__(self) -> Self:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel()
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code: str) -> None:
        """Run it to its end. Raises RuntimeError if it fails."""
        asked = self.client.execute(code)
        while True:
            message = self.client.get_shell_msg(timeout=120)
            if message["parent_header"].get("msg_id") == asked:
                break
        if message["content"]["status"] != "ok":
            raise RuntimeError(message["content"].get("evalue", "failed"))
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and message["parent_header"].get("msg_id") == asked:
                return
