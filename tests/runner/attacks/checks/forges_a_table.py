"""Answers with descriptions of tables and objects that cannot exist, by a writer that it has replaced.

Contained: the check is not passed, and its process is not harmed.
"""

from __future__ import annotations

from ..catalogue import Attack, not_passed

ATTACK = Attack(
    code="""
from practicum.runner.inside.serialize import Serializer
forged = [
    {"object": ["scipy.sparse.csr_matrix", [[2, 2], [1], [10**9], [0]]]},
    {"object": ["pandas.Categorical", ["categorical", [10**9], ["range", 0, 1, 1, None], False]]},
    {"object": ["collections.defaultdict", [{"class": ["os", "system", None]}, {"dict": []}]]},
    {"object": ["re.Pattern", ["(a+)+", 128]]},
    {"class": ["subprocess", "Popen", None]},
    {"constant": "builtins.True"},
    {"member": ["__main__", "f", "x", None]},
]
def f(x):
    Serializer.serialize = lambda self, value, depth=0: forged[x]
    return 4
""",
    judge=not_passed,
    check="""
for x in range(7):
    try:
        assert f(x) == x * x
    except TypeError:
        pass
""",
    answer="def f(x): return x * x",
)
