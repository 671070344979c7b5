"""Prints, as JSON, where an interpreter has its program, standard library and packages, and its version.

Runs in the Python of a new environment, which may be another version than the server's; nothing imports it.
"""

import json
import os
import sys
import sysconfig
from pathlib import Path

paths = sysconfig.get_paths()
base = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix})
library = [str(Path(sys.base_prefix, "lib")), base["stdlib"], base["platstdlib"]]
description = {
    "program": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "library": sorted({os.path.realpath(path) for path in library if Path(path).is_dir()}),
    "site": list(dict.fromkeys(os.path.realpath(paths[name]) for name in ("purelib", "platlib"))),
    "python": ".".join(map(str, sys.version_info[:3])),
}
print(json.dumps(description))
