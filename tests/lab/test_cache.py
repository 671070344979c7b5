"""Stored results are returned bit for bit or not at all, whatever happens to the disk or the process."""

from __future__ import annotations

import errno
import os
import re
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

pytestmark = pytest.mark.slow

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
    """Whether both are equal bit for bit, including type and order."""
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
    """The program, run in a process of its own."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


# --- arrays ----------------------------------------------------------------------------------------------------------


@examples(60)
@given(ARRAYS, st.booleans())
@example(np.zeros(2, [(f"number {column}", "<f4") for column in range(1000)]), False)
def test_arrays_are_read_back_bit_for_bit(array: NDArray[Any], turned: bool) -> None:
    """Of any dtype, byte order, shape and layout, also empty ones, as new arrays."""
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
    """With any strings as keys, the cache behaves like a dict, and uses no files outside its folder."""
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


def test_a_missing_key_raises_key_error(tmp_path: Path) -> None:
    """On reading and deleting; `in` returns False."""
    disk = DiskCache(tmp_path / "made" / "on the way")

    with pytest.raises(KeyError, match="there is none"):
        disk["there is none"]
    with pytest.raises(KeyError, match="there is none"):
        del disk["there is none"]
    assert "there is none" not in disk
    assert len(disk) == 0


def test_setting_again_replaces_the_array(tmp_path: Path) -> None:
    """Nothing of the first array is left."""
    disk = DiskCache(tmp_path)
    disk["key"] = np.zeros(1000)
    disk["key"] = np.ones(3)

    assert np.array_equal(disk["key"], np.ones(3))
    assert len(list(tmp_path.iterdir())) == 1


def test_numpy_can_load_the_files(tmp_path: Path) -> None:
    """They are .npy files with additional data at the end."""
    DiskCache(tmp_path)["key"] = np.arange(5)
    (file,) = tmp_path.iterdir()

    assert np.array_equal(np.load(file, allow_pickle=False), np.arange(5))


@pytest.mark.parametrize("dtype", [object, np.dtypes.StringDType(), [("one", "i4"), ("other", "O")], bfloat16])
def test_rejects_types_that_need_pickling(tmp_path: Path, dtype: Any) -> None:
    """Or that would be read back as another type, like bfloat16."""
    with pytest.raises(TypeError):
        DiskCache(tmp_path)["key"] = np.empty(2, dtype)

    assert not list(tmp_path.iterdir())


# --- damage ----------------------------------------------------------------------------------------------------------


@examples(50)
@given(st.floats(0, 1, exclude_max=True), st.none() | st.integers(1, 255))
@example(0.0, None)
def test_a_damaged_file_counts_as_missing(where: float, flip: int | None) -> None:
    """With one byte changed or the end cut off anywhere; the file is removed and can be written again."""
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


def test_a_renamed_file_is_ignored(tmp_path: Path) -> None:
    """Its key does not match its name."""
    disk = DiskCache(tmp_path)
    disk["one"] = np.array(1)
    (one,) = tmp_path.iterdir()
    disk["other"] = np.array(2)
    (other,) = set(tmp_path.iterdir()) - {one}
    one.replace(other)

    assert list(disk) == []
    assert "other" not in disk


def test_other_files_in_the_folder_are_kept(tmp_path: Path) -> None:
    """Whatever their names."""
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
from practicum.lab.cache import CheckpointStore, DiskCache, DiskFull
disk, steps = DiskCache(sys.argv[1]), CheckpointStore(sys.argv[1])
disk["small"] = np.arange(10)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
large = np.arange(100_000, dtype=np.uint8).repeat(2)
for attempt in (lambda: disk.update(large=large), lambda: steps.get_or_compute("large", lambda: {"large": large})):
    try:
        attempt()
    except DiskFull as error:
        print(error.code, error.errno, error.message)
"""


def test_a_full_disk_keeps_finished_steps(tmp_path: Path) -> None:
    """Reached inside a file, through a limit on its size: no draft is left, and earlier files are intact."""
    process = ran(FILLS, tmp_path)
    first, second = process.stdout.splitlines()

    assert first.startswith(f"disk-full {errno.EFBIG} ")
    assert second.startswith(f"disk-full {errno.EFBIG} ")
    assert "200,000" in first
    assert str(tmp_path) in first
    assert len(list(tmp_path.iterdir())) == 1
    assert {key: array.tolist() for key, array in DiskCache(tmp_path).items()} == {"small": list(range(10))}


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)])
def test_only_a_full_disk_raises_disk_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
) -> None:
    """Some disks report it only on fsync. Other errors pass through."""
    disk = DiskCache(tmp_path)
    disk["key"] = np.array(1)

    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises((DiskFull, OSError)) as raised:
        disk["key"] = np.array(2)

    assert isinstance(raised.value, DiskFull) is full
    assert raised.value.errno == number
    assert len(list(tmp_path.iterdir())) == 1
    assert disk["key"] == 1


def test_interrupted_writing_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
from practicum.lab.cache import DiskCache
disk = DiskCache(sys.argv[1])
disk["finished"] = np.arange(10)
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
disk["begun"] = np.arange(10)
"""


def test_drafts_of_killed_processes_are_deleted_after_a_day(tmp_path: Path) -> None:
    """They are never read, and kept while their writer may still be alive."""
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
from practicum.lab.cache import DiskCache
disk = DiskCache(sys.argv[1])
for round in range(60):
    disk["key"] = np.full(50_000, int(sys.argv[2]) + round)
    assert len(set(disk["key"].tolist())) == 1
"""


def test_two_processes_can_share_a_folder(tmp_path: Path) -> None:
    """Both write and read the same key all the time, and every read returns one complete array."""
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
def test_features_on_disk_equal_computed_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit, and the second time without running the network."""
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
def test_a_step_is_computed_once(key: str, made: dict[str, Any]) -> None:
    """Later calls return the same values, types and order: all kinds of floats, strings that look like markers, any
    arrays."""
    calls = []

    def make() -> dict[str, Any]:
        calls.append(key)
        return made

    with folder() as place:
        now = CheckpointStore(place).get_or_compute(key, make)
        later = CheckpointStore(place).get_or_compute(key, make)

    assert same(now, made)
    assert same(later, made)
    assert len(calls) == 1


def test_sums_are_the_same_after_resuming(tmp_path: Path) -> None:
    """An array in another memory layout would be summed in another order."""
    array = np.random.default_rng(0).random((2000, 60), np.float32)[::2, ::-2]
    now = CheckpointStore(tmp_path).get_or_compute("step", lambda: {"array": array})["array"]
    later = CheckpointStore(tmp_path).get_or_compute("step", lambda: {})["array"]

    assert now.strides == later.strides
    assert np.array_equal(now.sum(axis=0), later.sum(axis=0))


def test_each_key_is_a_separate_step(tmp_path: Path) -> None:
    """And steps are separate from arrays of a DiskCache in the same folder."""
    steps, disk = CheckpointStore(tmp_path), DiskCache(tmp_path)
    disk["1"] = np.array(5)

    assert [steps.get_or_compute(key, lambda key=key: {"key": key})["key"] for key in ("1", "2", "1")] == [
        "1",
        "2",
        "1",
    ]
    assert list(disk) == ["1"]


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), KeyError("no"), KeyboardInterrupt("no")])
def test_a_failed_step_is_not_stored(tmp_path: Path, error: BaseException) -> None:
    """Its exception passes through, and the next call computes it again."""

    def fails() -> dict[str, Any]:
        raise error

    with pytest.raises(type(error), match="no") as raised:
        CheckpointStore(tmp_path).get_or_compute("step", fails)

    assert raised.value is error
    assert not list(tmp_path.iterdir())
    assert CheckpointStore(tmp_path).get_or_compute("step", lambda: {"made": 1}) == {"made": 1}


@examples(50)
@given(st.floats(0, 1, exclude_max=True), st.none() | st.integers(1, 255))
def test_a_damaged_step_is_computed_again(where: float, flip: int | None) -> None:
    """With one byte changed or the end cut off anywhere."""
    with folder() as place:
        CheckpointStore(place).get_or_compute("step", lambda: {"losses": [0.5, 0.25], "array": np.arange(9)})
        (file,) = place.iterdir()
        content = bytearray(file.read_bytes())
        at = int(where * len(content))
        file.write_bytes(
            content[:at] if flip is None else content[:at] + bytes([content[at] ^ flip]) + content[at + 1 :]
        )

        assert CheckpointStore(place).get_or_compute("step", lambda: {"made": "again"}) == {"made": "again"}
        assert CheckpointStore(place).get_or_compute("step", lambda: {}) == {"made": "again"}


@pytest.mark.parametrize(
    ("result", "place"),
    [
        ({"losses": [{"one": (1, 2)}]}, "result['losses'][0]['one']"),
        ({"names": {1: "one"}}, "result['names']"),
        ({"path": Path("x")}, "result['path']"),
        ({"objects": np.array([None])}, "result['objects']"),
        ([1, 2], "list"),
    ],
)
def test_rejects_results_that_cannot_be_stored(tmp_path: Path, result: Any, place: str) -> None:
    """The error names the place of the value, and nothing is stored."""
    with pytest.raises(TypeError, match=re.escape(place)):
        CheckpointStore(tmp_path).get_or_compute("step", lambda: result)

    assert not list(tmp_path.iterdir())


WORKS = """
import os, signal, sys
from practicum.lab.cache import CheckpointStore
steps, dies = CheckpointStore(sys.argv[1]), sys.argv[2] == "dies"
def make(number):
    if number == 2 and dies:
        os.kill(os.getpid(), signal.SIGKILL)
    print("made", number)
    return {"square": number**2}
print(sum(steps.get_or_compute(f"step {number}", lambda: make(number))["square"] for number in range(4)))
"""


def test_a_killed_computation_resumes(tmp_path: Path) -> None:
    """Two of four steps were finished; the second process computes the other two."""
    killed, resumed = ran(WORKS, tmp_path, "dies"), ran(WORKS, tmp_path, "lives")

    assert killed.returncode == -signal.SIGKILL
    assert resumed.stdout.split("\n") == ["made 2", "made 3", "14", ""]
