"""Gives a run other inputs than its code and its seeds: another date, time zone, locale, folder, user and so on.

A repeat with shifted inputs shows whether a result depends on them, as repeats with other seeds show chance. Each input
has several alternatives, chosen by a number from 1. Elapsed time stays as it is: only the calendar's clock is shifted,
and it goes on.
"""

from __future__ import annotations

import ctypes
import gc
import os
import re
import sys
import time

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

ALTERNATIVES = 4
"""The number of alternatives of each input."""
_DAY = 86_400
# A Friday or earlier in the week, and a weekend: February 29, December 31, the ends of summer and of winter time.
_WEEKDAYS = ((2028, 2, 29), (2027, 12, 31), (2029, 3, 26), (2031, 10, 31))
_WEEKENDS = ((2032, 2, 29), (2033, 12, 31), (2029, 3, 25), (2037, 10, 31))
# Rules instead of names, because the database of time zones may not be installed.
_ZONES = ("<+0545>-5:45", "EST5EDT,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "HST10")
_LOCALES = ("de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.UTF-8", "fr_FR.UTF-8")
_COLUMNS = (57, 132, 40, 200)
_NAMES = ("ada", "grace", "emmy", "sofia")


_NUMPY_NOW = re.compile(r"(datetime64\(\s*)(['\"])(now|today)\2", re.IGNORECASE)

_shifted: set[str] = set()
"""The inputs that are shifted in this process."""


def shift(number: int, inputs: Iterable[str]) -> None:
    """Replace these inputs of the process by their alternative `number`, before the job's code runs."""
    for name in inputs:
        _shifted.add(name)
        _SHIFTS[name]((number - 1) % ALTERNATIVES)


def rewrite(source: str) -> str:
    """Return code in which NumPy's `datetime64("now")` has the shifted date: NumPy reads the system's clock itself."""
    if "clock" not in _shifted or "datetime64" not in source:
        return source
    dates = {"now": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()), "today": time.strftime("%Y-%m-%d")}
    return _NUMPY_NOW.sub(lambda found: f"{found[1]}{found[2]}{dates[found[3].lower()]}{found[2]}", source)


# --- the clock -------------------------------------------------------------------------------------------------------


def _shift_clock(index: int) -> None:
    """Replace the functions that return the date and time. Classes stay as they are, and so does all that is timed."""
    offset = _offset(index)
    read, read_ns = time.time, time.time_ns

    def now() -> float:
        return read() + offset

    replaced: dict[str, Callable[..., Any]] = {
        "time": now,
        "time_ns": lambda: read_ns() + offset * 10**9,
        **{name: _with_default_now(getattr(time, name), now) for name in ("localtime", "gmtime", "ctime")},
    }
    local, strftime, asctime = replaced["localtime"], time.strftime, time.asctime
    replaced["strftime"] = lambda form, moment=None: strftime(form, local() if moment is None else moment)
    replaced["asctime"] = lambda moment=None: asctime(local() if moment is None else moment)
    if hasattr(time, "clock_gettime"):
        clocks = (time.CLOCK_REALTIME, getattr(time, "CLOCK_TAI", time.CLOCK_REALTIME))
        read_clock, read_clock_ns = time.clock_gettime, time.clock_gettime_ns
        replaced["clock_gettime"] = lambda clock: read_clock(clock) + (offset if clock in clocks else 0)
        replaced["clock_gettime_ns"] = lambda clock: read_clock_ns(clock) + (offset * 10**9 if clock in clocks else 0)
    for name, function in replaced.items():
        function.__name__ = function.__qualname__ = name
        setattr(time, name, function)
    _shift_datetime(now)


def _offset(index: int) -> int:
    """Return the seconds from now to the alternative's date, at another half of the day.

    The date is of a weekend if today is not, and the other way round.
    """
    seconds = int(time.time())
    is_weekend = (seconds // _DAY + 4) % 7 in (0, 6)  # the first of January 1970 was a Thursday, and Sunday is 0
    year, month, day = (_WEEKDAYS if is_weekend else _WEEKENDS)[index]
    return (_days(year, month, day) - seconds // _DAY) * _DAY + _other_half(seconds % _DAY)


def _other_half(second: int) -> int:
    return _DAY // 2 if second < _DAY // 2 else -_DAY // 2


def _days(year: int, month: int, day: int) -> int:
    """Return the number of days from 1970-01-01 to a date."""
    import datetime

    return (datetime.date(year, month, day) - datetime.date(1970, 1, 1)).days


def _with_default_now(function: Callable[..., Any], now: Callable[[], float]) -> Callable[..., Any]:
    return lambda seconds=None: function(now() if seconds is None else seconds)


def _shift_datetime(now: Callable[[], float]) -> None:
    """Replace the methods of the classes themselves, so that no value has another type and pickles stay readable."""
    import datetime

    def today(cls: Any) -> Any:
        """Return the current date, or date and time."""
        return cls.fromtimestamp(now())

    def current(cls: Any, tz: Any = None) -> Any:
        """Return the current date and time in a time zone, by default the local one without its name."""
        return cls.fromtimestamp(now(), tz)

    def utcnow(cls: Any) -> Any:
        """Return the current date and time in UTC, without a time zone."""
        return cls.fromtimestamp(now(), datetime.UTC).replace(tzinfo=None)

    _set_method(datetime.date, "today", today)
    _set_method(datetime.datetime, "now", current)
    _set_method(datetime.datetime, "utcnow", utcnow)


def _set_method(cls: type, name: str, function: Callable[..., Any]) -> None:
    """Set a class method of a class that is written in C, whose attributes cannot be set."""
    function.__name__, function.__qualname__ = name, f"{cls.__name__}.{name}"
    (attributes,) = gc.get_referents(cls.__dict__)
    attributes[name] = classmethod(function)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))


# --- the other inputs ------------------------------------------------------------------------------------------------


def _shift_time_zone(index: int) -> None:
    os.environ["TZ"] = _ZONES[index]
    if hasattr(time, "tzset"):
        time.tzset()


def _shift_locale(index: int) -> None:
    os.environ.update(dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE"), _LOCALES[index]))


def _shift_terminal(index: int) -> None:
    os.environ.update(COLUMNS=str(_COLUMNS[index]), LINES=str(_COLUMNS[index] // 2))


def _shift_folder(index: int) -> None:
    """Move to another folder, which is also the home and temporary folder."""
    folder = os.path.join(os.getcwd(), _NAMES[index])
    os.mkdir(folder)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder)
    if "tempfile" in sys.modules:
        vars(sys.modules["tempfile"])["tempdir"] = folder


def _shift_user(index: int) -> None:
    os.environ.update(dict.fromkeys(("USER", "LOGNAME", "USERNAME"), _NAMES[index]))
    for name in ("getuid", "geteuid", "getgid", "getegid"):
        if hasattr(os, name):
            _return_always(os, name, 2_000 + index)


def _shift_host(index: int) -> None:
    import _socket

    name = f"{_NAMES[index]}-laptop"
    for module in (_socket, sys.modules.get("socket")):
        if module is not None:
            _return_always(module, "gethostname", name)
    if hasattr(os, "uname"):
        system = os.uname()
        release, version = f"5.{index}.0", f"#{index + 1}"
        _return_always(os, "uname", os.uname_result((system.sysname, name, release, version, system.machine)))
    for cache in ("_uname_cache", "_platform_cache"):
        if cache in vars(sys.modules.get("platform", os)):
            vars(sys.modules["platform"])[cache] = None if cache == "_uname_cache" else {}


def _shift_processors(index: int) -> None:
    """Pretend another number of processors: fewer for the first alternative if there are several."""
    count = (1, 3, 6, 12)[index]
    if count == os.cpu_count():
        count += 1
    for name in ("cpu_count", "process_cpu_count"):
        if hasattr(os, name):
            _return_always(os, name, count)
    if hasattr(os, "sched_getaffinity"):
        _return_always(os, "sched_getaffinity", set(range(count)))


def _return_always(module: Any, name: str, value: object) -> None:
    """Replace a function of a module by one that returns (a copy of) `value`."""
    function: Callable[..., object] = lambda *_: set(value) if isinstance(value, set) else value  # noqa: E731
    function.__name__ = function.__qualname__ = name
    setattr(module, name, function)


_SHIFTS: dict[str, Callable[[int], None]] = {
    "clock": _shift_clock,
    "time-zone": _shift_time_zone,
    "locale": _shift_locale,
    "terminal": _shift_terminal,
    "folder": _shift_folder,
    "user": _shift_user,
    "host": _shift_host,
    "processors": _shift_processors,
}
INPUTS = tuple(_SHIFTS)
"""The names of the inputs."""
