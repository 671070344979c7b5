"""Changes the hash seed for later jobs.

Contained: hashes in later jobs are unchanged.
"""

from __future__ import annotations

from ..catalogue import Attack, only_itself

ATTACK = Attack(
    code="""
os.environ["PYTHONHASHSEED"] = "77"
os.putenv("PYTHONHASHSEED", "77")
import ctypes
secret = (ctypes.c_char * 24).in_dll(ctypes.pythonapi, "_Py_HashSecret")
secret[:] = bytes(24)
""",
    after=r"""
import ctypes
secret = (ctypes.c_char * 24).in_dll(ctypes.pythonapi, "_Py_HashSecret").raw
if os.environ["PYTHONHASHSEED"] != "0":
    escaped.append("environment")
if secret[:16] != bytes(16):
    escaped.append("seed")
""",
    judge=only_itself,
)
