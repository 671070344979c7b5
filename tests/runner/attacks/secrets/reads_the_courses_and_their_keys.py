"""Reads the courses, which contain the answers: beside the sources, or in the wheel.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
home = os.path.dirname(sys.modules["practicum"].__file__)
for folder in (COURSES, home + "/courses", *(folder + "/practicum/courses" for folder in sys.path)):
    for entry in attempt(os.listdir, folder) or []:
        attempt(os.listdir, os.path.join(folder, entry))
""",
    succeeds_for="anyone",
)
