"""Changes permissions and times of files outside, which Landlock does not cover.

Contained: the secret's permissions and times are unchanged.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for call, *arguments in ((os.chmod, 0), (os.chmod, 0o777), (os.utime, (0, 0))):
    for path in (SECRET, os.path.dirname(SECRET), FOLDER):
        try:
            call(path, *arguments)
        except OSError:
            pass
try:
    os.fchmod(os.open(os.__file__, os.O_RDONLY), 0o644)
    status = os.stat(SECRET)
except OSError:
    pass
else:
    if status.st_mode & 0o777 != 0o644 or status.st_mtime == 0:
        escaped.append("the secret")
""",
)
