"""What is kept in a folder comes back to the bit or not at all, whatever happens to the disk or the process."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from ml_dtypes import bfloat16
from numpy.typing import NDArray

from practicum.lab.cache import CheckpointStore, DiskCache, DiskFull
from tests.examples import examples

KEYS = st.text(st.characters(), max_size=20)
"""Lone surrogates too."""
DTYPES = hnp.scalar_dtypes() | hnp.array_dtypes(max_size=3)
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
NUMBERS = hnp.arrays(
    hnp.floating_dtypes() | hnp.integer_dtypes() | hnp.boolean_dtypes() | hnp.complex_number_dtypes(),
    hnp.array_shapes(min_dims=0, min_side=0, max_side=3),
)
STRINGS = hnp.arrays(hnp.unicode_string_dtypes(max_len=4), hnp.array_shapes(min_dims=0, min_side=0, max_side=3))
BITS = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("<d", struct.pack("<Q", bits))[0])
"""Any float at all, of NaN each of its kinds."""
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | BITS | KEYS | NUMBERS | STRINGS | NUMBERS.map(np.sum),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


def same(one: Any, other: Any) -> bool:
    """Equal to the bit, in type and order too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return struct.pack("<d", one) == struct.pack("<d", other) if isinstance(one, float) else bool(one == other)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one example."""
    with TemporaryDirectory() as name:
        yield Path(name)


def ran(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


# --- arrays ----------------------------------------------------------------------------------------------------------


@examples(60)
@given(ARRAYS, st.booleans())
@example(np.zeros(2, [(f"number {column}", "<f4") for column in range(1000)]), False)
def test_an_array_comes_back_to_the_bit(array: NDArray[Any], turned: bool) -> None:
    """Of any dtype, byte order, shape and layout: none too small, none empty; and as an array of one's own."""
    with folder() as place:
        DiskCache(place)["key"] = array.T[::-1] if turned and array.ndim else array
        again = DiskCache(place)["key"]

    assert same(again, np.asarray(array.T[::-1] if turned and array.ndim else array))
    assert again.flags.writeable
    assert again.flags.aligned


@examples(30)
@given(st.lists(KEYS, max_size=10, unique=True))
@example(["", ".", "..", "a/b", "a\\b", "a", "A", "a\0", "CON", "é", "e\u0301", "%61", "x" * 5000, "x" * 5001])
def test_keys_never_collide(keys: list[str]) -> None:
    """Whatever the strings, the folder is a mapping like a dict, and all of it is in files of that folder."""
    with folder() as place:
        disk = DiskCache(place)
        for number, key in enumerate(keys):
            disk[key] = np.array(number)
        found = {key: int(array) for key, array in DiskCache(place).items()}
        names = [path.name for path in place.iterdir()]
        for key in keys[::2]:
            del disk[key]
        left = set(disk)

    assert found == {key: number for number, key in enumerate(keys)}
    assert len(names) == len(keys)
    assert all(len(name) < 100 and name.endswith(".npy") for name in names)
    assert left == set(keys[1::2])


def test_a_key_that_is_missing_is_a_key_error(tmp_path: Path) -> None:
    """As of any mapping: in reading, in deleting, and in asking."""
    disk = DiskCache(tmp_path / "made" / "on the way")

    with pytest.raises(KeyError, match="there is none"):
        disk["there is none"]
    with pytest.raises(KeyError, match="there is none"):
        del disk["there is none"]
    assert "there is none" not in disk
    assert len(disk) == 0


def test_setting_again_replaces(tmp_path: Path) -> None:
    """The last one counts, and nothing of the first is left."""
    disk = DiskCache(tmp_path)
    disk["key"] = np.zeros(1000)
    disk["key"] = np.ones(3)

    assert np.array_equal(disk["key"], np.ones(3))
    assert len(list(tmp_path.iterdir())) == 1


def test_numpy_reads_the_files_too(tmp_path: Path) -> None:
    """A file is one as NumPy writes it, with a little after it."""
    DiskCache(tmp_path)["key"] = np.arange(5)
    (file,) = tmp_path.iterdir()

    assert np.array_equal(np.load(file, allow_pickle=False), np.arange(5))


@pytest.mark.parametrize("dtype", [object, np.dtypes.StringDType(), [("one", "i4"), ("other", "O")], bfloat16])
def test_what_a_file_cannot_hold_is_refused(tmp_path: Path, dtype: Any) -> None:
    """Nothing is pickled, and nothing comes back as something else: bfloat16 would as two bytes of nothing."""
    with pytest.raises(TypeError, match="cannot be kept in a file; make it one of numbers"):
        DiskCache(tmp_path)["key"] = np.empty(2, dtype)

    assert not list(tmp_path.iterdir())


# --- damage ----------------------------------------------------------------------------------------------------------


@examples(50)
@given(st.floats(0, 1, exclude_max=True), st.none() | st.integers(1, 255))
@example(0.0, None)
def test_a_damaged_array_counts_as_missing(where: float, flip: int | None) -> None:
    """One byte changed anywhere, or the end cut off anywhere: a KeyError, the file is gone, and room for a new one."""
    with folder() as place:
        disk = DiskCache(place)
        disk["key"] = np.arange(50.0)
        disk["other"] = np.arange(3)
        file = max(place.iterdir(), key=lambda path: path.stat().st_size)
        content = bytearray(file.read_bytes())
        at = int(where * len(content))
        if flip is None:
            del content[at:]
        else:
            content[at] ^= flip
        file.write_bytes(content)

        assert list(disk) == ["other"]
        with pytest.raises(KeyError, match="key"):
            disk["key"]
        assert not file.exists()
        disk["key"] = np.arange(50.0)
        assert np.array_equal(disk["key"], np.arange(50.0))


def test_a_file_under_another_s_name_is_not_taken_for_it(tmp_path: Path) -> None:
    """Whole as it is, its key is another."""
    disk = DiskCache(tmp_path)
    disk["one"] = np.array(1)
    (one,) = tmp_path.iterdir()
    disk["other"] = np.array(2)
    (other,) = set(tmp_path.iterdir()) - {one}
    one.replace(other)

    assert list(disk) == []
    assert "other" not in disk


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    """In the same folder there may be anything."""
    np.save(tmp_path / "mine.npy", np.arange(3))
    (tmp_path / "film.part").write_text("half")
    os.utime(tmp_path / "film.part", (0, 0))
    disk = DiskCache(tmp_path)
    disk["key"] = np.array(1)

    assert list(disk) == ["key"]
    assert (tmp_path / "mine.npy").exists()
    assert (tmp_path / "film.part").exists()


# --- full disks, killed processes, two processes ---------------------------------------------------------------------

FILLS = """
import resource, sys
import numpy as np
from practicum.lab.cache import Disk, FullDisk, Steps
disk, steps = Disk(sys.argv[1]), Steps(sys.argv[1])
disk["small"] = np.arange(10)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
large = np.arange(100_000, dtype=np.uint8).repeat(2)
for attempt in (lambda: disk.update(large=large), lambda: steps.done("large", lambda: {"large": large})):
    try:
        attempt()
    except FullDisk as error:
        print(error.errno, error)
"""


def test_a_disk_that_fills_is_told_and_keeps_what_was_finished(tmp_path: Path) -> None:
    """A real limit, reached in the midst of a file: the message, no draft, the small one whole, the large one missing.

    What fills is a limit on a file's size, since everybody may set one.
    """
    process = ran(FILLS, tmp_path)
    first, second = process.stdout.splitlines()

    assert first.startswith(f"{errno.EFBIG} there was no room for 200,000 bytes in {tmp_path} (")
    assert "what was finished before is kept" in first
    assert second.startswith(f"{errno.EFBIG} there was no room for 200,")
    assert len(list(tmp_path.iterdir())) == 1
    assert {key: array.tolist() for key, array in DiskCache(tmp_path).items()} == {"small": list(range(10))}


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)])
def test_only_a_full_disk_is_called_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
) -> None:
    """Some disks say it only when what was written is to last. Any other error keeps its own words."""
    disk = DiskCache(tmp_path)
    disk["key"] = np.array(1)

    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(OSError, match=os.strerror(number)) as raised:
        disk["key"] = np.array(2)

    assert isinstance(raised.value, DiskFull) is full
    assert raised.value.errno == number
    assert len(list(tmp_path.iterdir())) == 1
    assert disk["key"] == 1


def test_interrupted_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C passes through."""

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        DiskCache(tmp_path)["key"] = np.arange(10)

    assert not list(tmp_path.iterdir())


KILLED = """
import os, signal, sys
import numpy as np
from practicum.lab.cache import Disk
disk = Disk(sys.argv[1])
disk["finished"] = np.arange(10)
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
disk["begun"] = np.arange(10)
"""


def test_what_a_killed_process_left_is_swept_a_day_later(tmp_path: Path) -> None:
    """Its draft is never read. It stays while its writer might still live, and is gone when it is old."""
    assert ran(KILLED, tmp_path).returncode == -signal.SIGKILL
    (draft,) = tmp_path.glob(".*")

    assert list(DiskCache(tmp_path)) == ["finished"]
    assert draft.exists()
    two_days_ago = draft.stat().st_mtime - 2 * 24 * 60 * 60
    os.utime(draft, (two_days_ago, two_days_ago))
    assert list(DiskCache(tmp_path)) == ["finished"]
    assert not draft.exists()


SHARES = """
import sys
import numpy as np
from practicum.lab.cache import Disk
disk = Disk(sys.argv[1])
for round in range(60):
    disk["key"] = np.full(50_000, int(sys.argv[2]) + round)
    assert len(set(disk["key"].tolist())) == 1
"""


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Both write and read one key all the time: each reading is one writing, whole."""
    DiskCache(tmp_path)["key"] = np.zeros(50_000)
    writers = [
        subprocess.Popen([sys.executable, "-c", SHARES, tmp_path, str(start)], stderr=subprocess.PIPE, text=True)
        for start in (1000, 2000)
    ]
    readings = []
    while any(writer.poll() is None for writer in writers):
        readings.append(len(set(DiskCache(tmp_path)["key"].tolist())))

    assert [writer.communicate()[1] for writer in writers] == ["", ""]
    assert readings
    assert set(readings) == {1}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.tensorflow
@pytest.mark.slow
def test_features_kept_on_disk_are_those_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit, and the second time without the network."""
    from practicum.lab import features as module
    from practicum.lab.shape_drawings import shapes

    base, pixels = module.shared_base(32, "random"), shapes(2, seed=0, side=32).pixels
    direct = module.forward(base, pixels)
    first = module.extract_features(base, pixels, cache=DiskCache(tmp_path))
    monkeypatch.delattr(module, "forward")
    second = module.extract_features(base, pixels, cache=DiskCache(tmp_path))

    assert same(first, direct)
    assert same(second, direct)


# --- steps -----------------------------------------------------------------------------------------------------------


@given(KEYS, st.dictionaries(KEYS, PLAIN, max_size=4))
@example(
    "", {"dict": {"array": 0}, "nan": float("nan"), "none": -float("inf"), "zero": -0.0, "\ud800\udc00": "\ud800\udc00"}
)
@example("x" * 5000, {"words": np.array(["one", "eleven\0", "é\ud800"]), "turned": np.arange(6).reshape(2, 3).T})
def test_a_step_is_made_once_and_comes_back_to_the_bit(key: str, made: dict[str, Any]) -> None:
    """Now and later alike, in value, type and order: floats of every kind, words that look like ours, any arrays."""
    calls = []

    def make() -> dict[str, Any]:
        calls.append(key)
        return made

    with folder() as place:
        now = CheckpointStore(place).done(key, make)
        later = CheckpointStore(place).done(key, make)

    assert same(now, made)
    assert same(later, made)
    assert len(calls) == 1


def test_sums_do_not_depend_on_whether_a_step_was_resumed(tmp_path: Path) -> None:
    """An array laid out otherwise in memory would be added up in another order."""
    array = np.random.default_rng(0).random((2000, 60), np.float32)[::2, ::-2]
    now = CheckpointStore(tmp_path).done("step", lambda: {"array": array})["array"]
    later = CheckpointStore(tmp_path).done("step", lambda: {})["array"]

    assert now.strides == later.strides
    assert np.array_equal(now.sum(axis=0), later.sum(axis=0))


def test_each_key_is_a_step_of_its_own(tmp_path: Path) -> None:
    """And none of them an array of a Disk in the same folder."""
    steps, disk = CheckpointStore(tmp_path), DiskCache(tmp_path)
    disk["1"] = np.array(5)

    assert [steps.done(key, lambda key=key: {"key": key})["key"] for key in ("1", "2", "1")] == ["1", "2", "1"]
    assert list(disk) == ["1"]


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), KeyError("no"), KeyboardInterrupt("no")])
def test_a_step_that_fails_keeps_nothing(tmp_path: Path, error: BaseException) -> None:
    """What it raised passes through, and the next time it is made again."""

    def fails() -> dict[str, Any]:
        raise error

    with pytest.raises(type(error), match="no") as raised:
        CheckpointStore(tmp_path).done("step", fails)

    assert raised.value is error
    assert not list(tmp_path.iterdir())
    assert CheckpointStore(tmp_path).done("step", lambda: {"made": 1}) == {"made": 1}


@examples(50)
@given(st.floats(0, 1, exclude_max=True), st.none() | st.integers(1, 255))
def test_a_damaged_step_is_made_again(where: float, flip: int | None) -> None:
    """One byte changed or the end cut off, anywhere: it counts as not done."""
    with folder() as place:
        CheckpointStore(place).done("step", lambda: {"losses": [0.5, 0.25], "array": np.arange(9)})
        (file,) = place.iterdir()
        content = bytearray(file.read_bytes())
        at = int(where * len(content))
        file.write_bytes(
            content[:at] if flip is None else content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
        )

        assert CheckpointStore(place).done("step", lambda: {"made": "again"}) == {"made": "again"}
        assert CheckpointStore(place).done("step", lambda: {}) == {"made": "again"}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"losses": [{"one": (1, 2)}]}, r"made\['losses'\]\[0\]\['one'\] is a tuple"),
        ({"names": {1: "one"}}, r"made\['names'\] is a dict, .* dicts with strings as keys"),
        ({"path": Path("x")}, r"made\['path'\] is a \w*Path"),
        ({"objects": np.array([None])}, r"made\['objects'\] is a ndarray, .* NumPy arrays of numbers"),
        ([1, 2], "a step must make a dict, not list"),
    ],
)
def test_what_a_step_cannot_keep_is_named(tmp_path: Path, made: Any, message: str) -> None:
    """What would come back as something else is refused, with its place; nothing is kept."""
    with pytest.raises(TypeError, match=message):
        CheckpointStore(tmp_path).done("step", lambda: made)

    assert not list(tmp_path.iterdir())


WORKS = """
import os, signal, sys
from practicum.lab.cache import Steps
steps, dies = Steps(sys.argv[1]), sys.argv[2] == "dies"
def make(number):
    if number == 2 and dies:
        os.kill(os.getpid(), signal.SIGKILL)
    print("made", number)
    return {"square": number**2}
print(sum(steps.done(f"step {number}", lambda: make(number))["square"] for number in range(4)))
"""


def test_a_killed_work_goes_on_where_it_was(tmp_path: Path) -> None:
    """Two of four steps were done: the second process makes the other two."""
    killed, resumed = ran(WORKS, tmp_path, "dies"), ran(WORKS, tmp_path, "lives")

    assert killed.returncode == -signal.SIGKILL
    assert resumed.stdout.split("\n") == ["made 2", "made 3", "14", ""]
