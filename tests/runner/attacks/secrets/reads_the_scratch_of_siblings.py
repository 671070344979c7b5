"""Reads the scratch folder of a job that runs at the same time.

Contained: the victim's file `mine` is not read, neither by listing folders nor by guessing names.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import itertools
own = os.getcwd()
parent = os.path.dirname(own)
guesses = (f"{parent}/{slot}-{count}" for slot, count in itertools.product(range(4), range(1500)))
def look_in(folder):
    if os.path.realpath(folder) != own:
        attempt(read, folder + "/mine")
for folder in guesses:
    look_in(folder)
for above in {parent, os.path.dirname(parent), "/tmp", "/var/tmp"}:
    try:
        folders = [entry.path for entry in os.scandir(above) if entry.is_dir()]
    except OSError:
        continue
    for folder in folders:
        look_in(folder)
""",
)
