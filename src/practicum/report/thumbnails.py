"""Thumbnails of a report's images as data URIs, with their captions."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from practicum.formatting import percent, printable
from practicum.lab.fit_record import FitRecord

SIDE = 96
"""Pixels."""


@dataclass(frozen=True)
class Thumbnail:
    """An image as a data URI, with its file, its class and its prediction."""

    uri: str
    name: str
    label: str
    predicted: str
    confidence: str
    is_correct: bool


class ThumbnailAlbum:
    """Makes the thumbnails of one report, up to a limit, each image's once."""

    def __init__(self, record: FitRecord, limit: int) -> None:
        self._record = record
        self._room = limit
        self._thumbnails: dict[int, Thumbnail] = {}

    def pick(self, rows: Sequence[int]) -> list[Thumbnail]:
        """Thumbnails of these rows, as far as their images are known and the limit allows."""
        known = [row for row in rows if 0 <= row < len(self._record.thumbs)][: self._room]
        self._room -= len(known)
        return [self._thumbnail(row) for row in known]

    def _thumbnail(self, row: int) -> Thumbnail:
        if row not in self._thumbnails:
            record, predicted = self._record, int(self._record.probabilities[row].argmax())
            self._thumbnails[row] = Thumbnail(
                uri=_data_uri(record.thumbs[row]),
                name=printable(record.names[row]) if record.names else f"image {row + 1}",
                label=printable(record.classes[int(record.labels[row])]),
                predicted=printable(record.classes[predicted]),
                confidence=percent(float(record.probabilities[row, predicted])),
                is_correct=predicted == int(record.labels[row]),
            )
        return self._thumbnails[row]


def _data_uri(pixels: NDArray[np.uint8]) -> str:
    image = Image.fromarray(pixels)
    image.thumbnail((SIDE, SIDE))
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode()
