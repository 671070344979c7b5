"""Jupyter kernels: one that stays warm, one that is started for each piece of code, and nbclient's."""

from __future__ import annotations

import subprocess

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

PATIENCE = 120
"""Seconds for one piece of code."""


class Kernel:
    """A running kernel. Ended by :meth:`close`."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code: str) -> None:
        """Run it to its end. Raises RuntimeError if it fails."""
        asked = self.client.execute(code)
        while True:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == asked:
                break
        if message["content"]["status"] != "ok":
            raise RuntimeError(message["content"].get("evalue", "failed"))
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and message["parent_header"].get("msg_id") == asked:
                return


def notebook(*codes: str) -> None:
    """A notebook of these cells, through nbclient: a kernel of its own, started and ended."""
    cells = [nbformat.v4.new_code_cell(code) for code in codes]  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    client = NotebookClient(book, timeout=PATIENCE, kernel_name="python3")
    client.execute(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
