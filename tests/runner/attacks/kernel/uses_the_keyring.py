"""Uses the kernel's keyring, which ignores namespaces.

Contained: `escaped` stays empty.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
for ring in (-1, -2, -3, -4, -5):
    kernel(f"keyctl {ring}", 250, 0, ring, 0)
kernel("add_key", 248, b"user", b"sesame", b"x", 1, -3)
kernel("request_key", 249, b"user", b"sesame", 0, -3)
""",
    succeeds_for="anyone",
)
