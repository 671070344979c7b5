"""Writes into folders of the system, of the server and of all users.

Contained: `escaped` stays empty, the secret is unchanged, and nothing has appeared in the folder.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
package = os.path.dirname(sys.modules["practicum"].__file__)
system = ("/", "/usr/lib", "/etc", "/var/tmp", "/var/cache/practicum", "/opt/practicum")
for folder in (FOLDER, *system, package, os.path.dirname(os.__file__)):
    attempt(os.open, folder + "/written", os.O_CREAT | os.O_WRONLY)
    attempt(os.mkdir, folder + "/made")
    attempt(os.symlink, "/etc", folder + "/link")
attempt(os.truncate, SECRET, 0)
attempt(os.unlink, SECRET)
attempt(os.rename, SECRET, SECRET + ".moved")
""",
)
