"""TensorFlow's kernels: one for each operation, its attributes and device, made when first used (about 0.4 ms each)."""

from __future__ import annotations

import contextlib
import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Seeding TensorFlow and clearing Keras's names empty its cache of kernels, but not in here.

    They do so because some kernels count the random numbers that they gave (`tf.random.uniform`); a warm-up must use
    none of those. Keras's layers hand their seed over with each call.
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
