"""Leaves changed modules, builtins and environment variables for later jobs.

Contained: later jobs find none of them.
"""

from __future__ import annotations

from ..catalogue import Attack

ATTACK = Attack(
    code="""
import builtins, json, math
builtins.left_behind = json.left_behind = math.left_behind = "sesame"
sys.modules["left_behind"] = math
sys.path.insert(0, "/left-behind")
os.environ["LEFT_BEHIND"] = "sesame"
sys.setrecursionlimit(77)
""",
    after=r"""
import builtins, json, math
escaped += [str(where) for where in (builtins, json, math) if hasattr(where, "left_behind")]
escaped += [name for name in sys.modules if "left_behind" in name]
escaped += [path for path in sys.path if "left-behind" in path]
escaped += [name for name in os.environ if name == "LEFT_BEHIND"]
if sys.getrecursionlimit() == 77:
    escaped.append("recursion")
""",
)
