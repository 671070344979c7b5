"""Weights files are read without PyTorch, and hostile ones are rejected."""

from __future__ import annotations

import io
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from practicum.lab import torch_weights
from practicum.lab.torch_weights import MAGIC, UnreadableWeights, read_tensors


class Storage:
    """A block of numbers, pickled like PyTorch's own storages."""

    def __init__(self, key: str, numbers: np.ndarray) -> None:
        self.key, self.numbers = key, numbers


class FloatStorage:
    __module__ = "torch"


def rebuild(*_: object) -> None:
    """Has the name that the file needs, and is never called."""


rebuild.__module__, rebuild.__qualname__, rebuild.__name__ = "torch._utils", "_rebuild_tensor_v2", "_rebuild_tensor_v2"


class Tensor:
    def __init__(self, storage: Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.parts = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, self.parts


class Writer(pickle._Pickler):  # type: ignore[name-defined,misc]
    """Pickles as `torch.save` did, including names, without torch."""

    def persistent_id(self, value: object) -> object:
        if isinstance(value, Storage):
            return ("storage", FloatStorage, value.key, "cpu", value.numbers.size, None)
        return None

    def save_global(self, value: object, name: str | None = None) -> None:
        module, qualified = value.__module__, value.__qualname__  # type: ignore[attr-defined]
        self.write(pickle.GLOBAL + f"{module}\n{qualified}\n".encode())
        self.memoize(value)

    dispatch = {**pickle._Pickler.dispatch, type: save_global, type(rebuild): save_global}  # type: ignore[attr-defined]


def written(path: Path, named: object, storages: list[Storage], magic: int = MAGIC) -> Path:
    """A file in the legacy format."""
    buffer = io.BytesIO()
    for part in (magic, 1001, {"little_endian": True}, named, [storage.key for storage in storages]):
        Writer(buffer, protocol=2).dump(part)
    for storage in storages:
        buffer.write(storage.numbers.size.to_bytes(8, "little") + storage.numbers.astype("<f4").tobytes())
    path.write_bytes(buffer.getvalue())
    return path


def test_reads_tensors_by_name_and_shape(tmp_path: Path) -> None:
    """As views of their storage, with offset and strides."""
    numbers = Storage("1", np.arange(12.0))
    named = OrderedDict(
        rows=Tensor(numbers, 0, (3, 4), (4, 1)),
        turned=Tensor(numbers, 0, (4, 3), (1, 4)),
        last=Tensor(numbers, 10, (2,), (1,)),
    )

    tensors = read_tensors(written(tmp_path / "good.pth", named, [numbers]))

    assert np.array_equal(tensors["rows"], np.arange(12).reshape(3, 4))
    assert np.array_equal(tensors["turned"], np.arange(12).reshape(3, 4).T)
    assert tensors["last"].tolist() == [10, 11]


class Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, *called: object) -> None:
        self.called = called

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.called[0], tuple(self.called[1:])


@pytest.mark.parametrize("place", ["tensors", "magic"])
def test_rejects_a_malicious_pickle_without_running_it(tmp_path: Path, place: str) -> None:
    """Wherever it names the function."""
    trap = tmp_path / "executed"
    attack = Malicious(os.mkdir, str(trap))
    pickle.loads(pickle.dumps(attack))  # noqa: S301 - the trap does spring where nothing guards against it
    assert trap.exists()
    trap.rmdir()
    parts = [attack] if place == "magic" else [MAGIC, 1001, {}, {"weight": attack}, []]
    path = tmp_path / "evil.pth"
    path.write_bytes(b"".join(pickle.dumps(part, protocol=2) for part in parts))

    with pytest.raises(UnreadableWeights, match=r"posix\.mkdir") as error:
        read_tensors(path)
    assert error.value.code == "forbidden-name"
    assert not trap.exists()


@pytest.mark.parametrize("name", ["builtins.eval", "os.system", "torch._utils.other", "collections.deque", "torch.nn"])
def test_accepts_only_the_four_names_of_tensors(name: str) -> None:
    """Even harmless classes are rejected."""
    module, _, attribute = name.rpartition(".")
    stream = io.BytesIO(pickle.PROTO + b"\x02" + pickle.GLOBAL + f"{module}\n{attribute}\n".encode() + pickle.STOP)

    with pytest.raises(UnreadableWeights) as error:
        torch_weights._TensorsOnly(stream).load()

    assert error.value.code == "forbidden-name"


def test_rejects_a_tensor_outside_its_storage(tmp_path: Path) -> None:
    """Sizes and strides are checked before memory is read."""
    numbers = Storage("1", np.arange(4.0))
    for offset, shape, strides in [
        (0, (5,), (1,)),
        (2, (3,), (1,)),
        (0, (2, 2), (3, 1)),
        (3, (2,), (-1,)),
        (-1, (1,), (1,)),
    ]:
        path = written(tmp_path / "far.pth", OrderedDict(t=Tensor(numbers, offset, shape, strides)), [numbers])

        with pytest.raises(UnreadableWeights) as error:
            read_tensors(path)

        assert error.value.code == "out-of-bounds"


def test_rejects_damaged_files(tmp_path: Path) -> None:
    """Truncated anywhere, another file, or other contents."""
    numbers = Storage("1", np.arange(64.0))
    whole = written(tmp_path / "w.pth", OrderedDict(t=Tensor(numbers, 0, (64,), (1,))), [numbers]).read_bytes()
    cut = tmp_path / "cut.pth"
    for length in range(0, len(whole), 7):
        cut.write_bytes(whole[:length])
        with pytest.raises(UnreadableWeights, match=r"^cut\.pth"):
            read_tensors(cut)
    with pytest.raises(UnreadableWeights) as other_magic:
        read_tensors(written(tmp_path / "other.pth", OrderedDict(), [], magic=7))
    with pytest.raises(UnreadableWeights) as no_tensors:
        read_tensors(written(tmp_path / "list.pth", {"epoch": 3}, []))

    assert (other_magic.value.code, no_tensors.value.code) == ("not-a-torch-file", "not-tensors")
