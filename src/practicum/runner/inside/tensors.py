"""Tensors of any framework as NumPy arrays: by the protocols that they share, without importing a framework."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

PROTOCOLS = ("__array__", "__dlpack__")
"""Methods that the tensors of JAX, PyTorch and others have, and tables and models do not."""


def is_tensor(value: object) -> bool:
    """Return whether a value is a tensor by its protocols. The tensors of TensorFlow and Keras may lack some."""
    kind = type(value)
    return all(hasattr(kind, name) for name in PROTOCOLS)


def tensor_array(numpy: Any, value: Any) -> Any:
    """Return the values of such a tensor as a NumPy array; None if it has none, as a traced one."""
    for read in (_by_method, _by_protocol, _widened):
        try:
            found = read(numpy, value)
        except Exception:
            continue
        if isinstance(found, numpy.ndarray):
            return found
    return None


def _by_method(numpy: Any, value: Any) -> Any:
    return value.numpy(force=True)  # in PyTorch, also if it records gradients or is on another device


def _by_protocol(numpy: Any, value: Any) -> Any:
    return numpy.asarray(value)


def _widened(numpy: Any, value: Any) -> Any:
    """Return a bfloat16, which plain NumPy lacks, as float32."""
    return value.float().numpy(force=True) if str(value.dtype).endswith("bfloat16") else None


def framework(value: object) -> str:
    """Return the name of the package that a tensor's class is from."""
    return str(type(value).__module__).partition(".")[0].removesuffix("lib")


def own_tensor(name: str, array: Any) -> Any:
    """Return an array as a tensor of a framework, if this process has imported it; otherwise None."""
    library: Any = sys.modules.get(name) if name in _FROM_NUMPY else None
    return _FROM_NUMPY[name](library, array) if library is not None else None


_FROM_NUMPY: dict[str, Any] = {
    "torch": lambda torch, array: torch.from_numpy(array),
    "jax": lambda jax, array: jax.numpy.asarray(array),
}
