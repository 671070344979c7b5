"""Leaves files in every folder that it can write to.

Contained: later jobs find none of them, and an empty folder of their own.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for folder in (".", os.environ["HOME"], os.environ["TMPDIR"], "..", "/tmp", "/dev/shm", "/var/tmp",
               os.environ["MPLCONFIGDIR"], os.environ["KERAS_HOME"], "/run", FOLDER, *sys.path):
    try:
        open(folder + "/left-behind", "w").close()
    except OSError:
        pass
""",
    after=r"""
for folder in (".", os.environ["HOME"], os.environ["TMPDIR"], "..", "/tmp", "/dev/shm", "/var/tmp",
               os.environ["MPLCONFIGDIR"], os.environ["KERAS_HOME"], "/run", *sys.path):
    if os.path.lexists(folder + "/left-behind"):
        escaped.append(folder)
escaped += os.listdir()
""",
)
