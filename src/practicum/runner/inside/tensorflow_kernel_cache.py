"""Keeps TensorFlow's kernel cache: each kernel takes about 0.4 ms to make on first use."""

from __future__ import annotations

import contextlib
import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def keep_kernels() -> Iterator[None]:
    """Keep seeding TensorFlow and clearing Keras's session from emptying the kernel cache.

    They empty it because kernels such as `tf.random.uniform` count the random numbers they have returned; a warm-up
    must use none of those. Keras's layers pass their seed with each call.
    """
    context = sys.modules.get("tensorflow.python.eager.context")
    if context is None:
        yield
        return
    wrapped = context.pywrap_tfe
    clear = wrapped.TFE_ContextClearCaches
    wrapped.TFE_ContextClearCaches = lambda handle: None
    try:
        yield
    finally:
        wrapped.TFE_ContextClearCaches = clear
