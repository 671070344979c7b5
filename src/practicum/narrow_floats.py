"""Numbers of fewer bits than Python's floats, such as NumPy's float32, with the decimal that NumPy prints for them."""

from __future__ import annotations

import re
import struct

DTYPES = ("float16", "bfloat16", "float32")
"""The types whose rounding is known."""
_FORMATS = {"float16": "<e", "bfloat16": "<f", "float32": "<f"}
_TEXT = re.compile(r"-?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?(?:e[+-]?[0-9]{1,4})?|inf|nan)")


class NarrowFloat(float):
    """A number of a narrow type. As a float, it is the decimal that NumPy prints for it: 0.1 for `np.float32(0.1)`."""

    dtype: str
    """Its NumPy type."""

    def __new__(cls, text: str, dtype: str) -> NarrowFloat:
        """Return the number that NumPy prints as `text`. Raises ValueError if that is no number, or no narrow type."""
        if dtype not in DTYPES or not _TEXT.fullmatch(text):
            raise ValueError(f"{dtype} {text} is not a narrow number")
        number = super().__new__(cls, text)
        number.dtype = dtype
        number._text = text
        return number

    _text: str

    def __repr__(self) -> str:
        return self._text

    @property
    def exact(self) -> float:
        """The number that its bits stand for: 0.10000000149011612 for `np.float32(0.1)`."""
        return round_to(float(self), self.dtype)

    def is_rounding_of(self, number: float) -> bool:
        """Whether this is what its type makes of a number."""
        return round_to(number, self.dtype) == self.exact


def round_to(number: float, dtype: str) -> float:
    """Return a number as a narrow type holds it; infinite if the type has none so large."""
    try:
        data = struct.pack(_FORMATS[dtype], number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    if dtype == "bfloat16" and number == number:  # the upper half of a float32, rounded to even
        (bits,) = struct.unpack("<I", data)
        data = struct.pack("<I", (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000)
    return float(struct.unpack(_FORMATS[dtype], data)[0])


def narrow(number: float, dtype: str) -> NarrowFloat:
    """Return what a narrow type makes of a number, with the fewest digits that distinguish it."""
    held = round_to(number, dtype)
    texts = (f"{held:.{digits}g}" for digits in range(1, 17))
    text = next((text for text in texts if round_to(float(text), dtype) == held), repr(held))
    return NarrowFloat(repr(float(text)), dtype)
