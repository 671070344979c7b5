"""Reading what is not the job's."""

from __future__ import annotations

from pathlib import Path

import practicum

from .catalogue import World, attack

COURSES = Path(practicum.__file__).parents[2] / "courses"


@attack()
def reads_system_secrets(world: World) -> str:
    return """
for path in ("/etc/shadow", "/etc/passwd", "/root/.ssh/id_rsa", "/proc/1/environ", "/etc/hostname"):
    text = attempt(lambda: open(path, "rb").read())
    if path == "/proc/1/environ" and text is not None and b"PYTHONHASHSEED" in text:
        escaped.pop()  # its own: in full mode it is process 1 itself
"""


@attack()
def reads_a_file_of_someone_else(world: World) -> str:
    return f"attempt(lambda: open({str(world.secret)!r}).read()); attempt(os.listdir, {str(world.secret.parent)!r})"


@attack()
def reads_the_courses_and_their_keys(world: World) -> str:
    return f"""
home = os.path.dirname(sys.modules["practicum"].__file__)
installed = [folder + "/practicum/courses" for folder in sys.path]
for folder in ({str(COURSES)!r}, *installed, home + "/courses", home + "/web", home + "/store", home + "/prove"):
    for entry in (attempt(os.listdir, folder) or []):
        attempt(lambda: open(os.path.join(folder, entry)).read())
for name in ("web", "store", "prove", "practice"):
    for file in ("__init__.py", "app.py", "schema.py"):
        attempt(lambda: open(f"{{home}}/{{name}}/{{file}}").read())
"""


@attack()
def reads_the_environment(world: World) -> str:
    return """
harmless = {"PATH", "LANG", "HOME", "TMPDIR", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "MPLBACKEND",
            "MPLCONFIGDIR", "KERAS_HOME", "KERAS_BACKEND", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
            "CUDA_VISIBLE_DEVICES", "GRPC_VERBOSITY", "ABSL_MIN_LOG_LEVEL", "LC_CTYPE", "PWD"}
escaped += [name for name in os.environ if name not in harmless and not name.startswith("TF_")]
"""


@attack()
def looks_at_other_processes(world: World) -> str:
    return f"""
for pid in ({world.canary}, os.getppid(), 2, 3):
    if pid and pid != os.getpid():
        for name in ("environ", "cmdline", "mem", "maps", "root", "cwd"):
            attempt(lambda: open(f"/proc/{{pid}}/{{name}}", "rb").read(10))
"""


@attack()
def uses_inherited_descriptors(world: World) -> str:
    return """
import stat
for fd in range(5, 1024):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    escaped.append((fd, stat.S_IFMT(mode)))
"""


@attack()
def writes_outside(world: World) -> str:
    return f"""
for folder in ({str(world.folder)!r}, "/", "/usr/lib", "/opt/practicum", "/var/tmp", os.path.dirname(os.__file__)):
    attempt(lambda: open(os.path.join(folder, "written"), "w"))
attempt(os.symlink, "/etc", {str(world.folder / "link")!r})
"""
