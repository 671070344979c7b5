"""Pictures that are the same, or nearly: saved again, resized, cropped a little, brightened, mirrored.

Such a pair on both sides of a split makes a network look better than it is. Three steps find them, each on what the one
before left: the same pixels, by hash; pictures alike in the coarse, by correlation; and of those the pairs that, laid
over one another, agree in their details too. The last is what tells a copy from another picture of the same thing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float32]

COARSE_SIDE = 16
"""Height and width, in pixels, at which all pictures are compared with all."""
MIN_COARSE_CORRELATION = 0.5
"""Correlation in the coarse from which on a pair is looked at closely."""
MAX_CANDIDATES = 4
"""How many pairs of each picture are looked at closely, at most."""
MIN_DETAIL, MIN_COLOUR, MIN_OVERALL = 0.6, 0.85, 0.85
"""A pair agrees when, laid over one another, small windows correlate this much on average, and colours, and the whole.
Chosen between copies and different pictures; docs/lab.md has what was measured."""
_BLOCK = 256
_FLAT = 2.5
"""Windows whose standard deviation is below this, of 255, say nothing: there is only what saving has left."""


@dataclass(frozen=True)
class DuplicatePair:
    """Rows `first` < `second` are one picture. `exact`: the same pixels; `distance`: 0 for these, up to 1."""

    first: int
    second: int
    exact: bool
    distance: float


def find_near_duplicates(pixels: NDArray[np.uint8]) -> list[DuplicatePair]:
    """Pairs of the same picture among `pixels` (n, side, side, 3), in order of rows.

    Of many copies not every pair is named, but each is connected to the others: see `groups`. Takes time with the
    square of n, and memory in proportion to it.
    """
    found, rows = _exact(pixels)
    near = _near(pixels, rows) if len(rows) > 1 else []
    while near:
        found += near
        # Only the nearest of each were looked at. What they hid is found among one of each group.
        firsts = np.unique(group_duplicates(len(pixels), found), return_index=True)[1]
        rows = firsts.astype(np.int64)
        near = _near(pixels, rows) if len(rows) > 1 else []
    return sorted(found, key=lambda twin: (twin.first, twin.second))


def group_duplicates(n: int, twins: list[DuplicatePair]) -> NDArray[np.int64]:
    """A number for each of `n` rows, (n,), from 0 in order of first rows: twins, and twins of twins, have the same."""
    first, second = [twin.first for twin in twins], [twin.second for twin in twins]
    graph = coo_array((np.ones(len(twins)), (first, second)), shape=(n, n))
    numbers = connected_components(graph, directed=False)[1]
    _, firsts, each = np.unique(numbers, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(firsts))[each], np.int64)


def _exact(pixels: NDArray[np.uint8]) -> tuple[list[DuplicatePair], NDArray[np.int64]]:
    """Pairs of the same pixels, each with the first of its kind, and the rows that are such firsts."""
    seen: dict[bytes, int] = {}
    found = []
    for row, picture in enumerate(pixels):
        first = seen.setdefault(hashlib.sha256(np.ascontiguousarray(picture).data).digest(), row)
        if first != row:
            found.append(DuplicatePair(first, row, True, 0.0))
    return found, np.array(list(seen.values()), np.int64)


def _near(pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> list[DuplicatePair]:
    side = min(64, max(COARSE_SIDE, pixels.shape[1] // 2))
    colour = np.stack([_shrunk(pixels[row], COARSE_SIDE) for row in rows])
    grey = np.stack([_shrunk(pixels[row], side) @ np.full(3, 1 / 3, np.float32) for row in rows])
    pairs = sorted(_alike(colour))
    found: list[DuplicatePair] = []
    for start in range(0, len(pairs), _BLOCK):
        first, second, mirrored = np.array(pairs[start : start + _BLOCK]).T
        scores = _agreement(grey, colour, first, second, mirrored.astype(bool))
        for a, b, score in zip(rows[first].tolist(), rows[second].tolist(), scores.tolist(), strict=True):
            if score > 0:
                found.append(DuplicatePair(min(a, b), max(a, b), False, round(1 - score, 4)))
    best: dict[tuple[int, int], DuplicatePair] = {}
    for twin in sorted(found, key=lambda one: -one.distance):
        best[twin.first, twin.second] = twin
    return list(best.values())


def _shrunk(picture: NDArray[np.uint8], side: int) -> Floats:
    """The picture at `side` × `side`, float32: each pixel the mean of those it covers."""
    edges = np.linspace(0, picture.shape[0], side + 1).round().astype(int)[:-1]
    if picture.shape[0] < side:
        return picture[np.ix_(*[np.arange(side) * picture.shape[0] // side] * 2)].astype(np.float32)
    counts = np.diff([*edges, picture.shape[0]]).astype(np.float32)
    sums = np.add.reduceat(np.add.reduceat(picture.astype(np.float32), edges, axis=0), edges, axis=1)
    return np.asarray(sums / (counts[:, None, None] * counts[None, :, None]), np.float32)


# --- alike in the coarse ---------------------------------------------------------------------------------------------


def _alike(colour: Floats) -> set[tuple[int, int, bool]]:
    """Pairs (first, second, whether the second is mirrored) whose coarse pictures correlate, gradients taken away."""
    straight, mirrored = _vectors(colour), _vectors(colour[:, :, ::-1])
    pairs = set()
    for start in range(0, len(colour), _BLOCK):
        block = straight[start : start + _BLOCK]
        for flipped, others in ((False, straight), (True, mirrored)):
            match = block @ others.T
            own = np.arange(len(block))
            match[own, start + own] = -1
            nearest = np.argpartition(-match, min(MAX_CANDIDATES, match.shape[1] - 1), axis=1)[:, :MAX_CANDIDATES]
            for row, near in enumerate(nearest):
                for other in near[match[row, near] > MIN_COARSE_CORRELATION]:
                    pairs.add((min(start + row, int(other)), max(start + row, int(other)), flipped))
    return pairs


def _vectors(colour: Floats) -> Floats:
    """Each as a vector of length 1, without its mean and its slopes: many backgrounds share those."""
    ticks = np.linspace(-1, 1, COARSE_SIDE, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    basis, _ = np.linalg.qr(np.stack([np.ones_like(x), x, y], axis=-1).reshape(-1, 3))
    flat = colour.reshape(len(colour), COARSE_SIDE * COARSE_SIDE, 3)
    rest = flat - np.einsum("pk,nkc->npc", basis, np.einsum("pk,npc->nkc", basis, flat))
    vectors = rest.reshape(len(colour), -1)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0), np.float32)


# --- agreeing in the details -----------------------------------------------------------------------------------------


def _agreement(
    grey: Floats, colour: Floats, first: NDArray[Any], second: NDArray[Any], mirrored: NDArray[np.bool_]
) -> Floats:
    """How far each pair agrees once laid over one another, from 0 to 1; 0 where it is not the same picture."""
    place = np.tile(np.array([1, 0, 1, 0], np.float32), (len(first), 1))
    kept = np.arange(len(first))
    # Most pairs are found out on small pictures already, at a fraction of the work.
    for times, blur, least in ((4, 1, MIN_OVERALL - 0.15), (2, 2, MIN_OVERALL - 0.03)):
        a, b = (_reduced(grey[rows[kept]], times) for rows in (first, second))
        b = _turned(b, mirrored[kept])
        place = _laid(_blurred(a, blur), _blurred(b, blur), place)
        close = _correlation(a, *_moved(b, place)) > least
        kept, place = kept[close], place[close]
        if not len(kept):
            break
    scores = np.zeros(len(first), np.float32)
    if len(kept):
        first, second, mirrored = first[kept], second[kept], mirrored[kept]
        a, b = grey[first], _turned(grey[second], mirrored)
        place = _laid(a, b, place)
        moved, inside = _moved(b, place)
        details, whole = _details(a, moved, inside), _correlation(a, moved, inside)
        hues = _hues(colour[first], _turned(colour[second], mirrored), place)
        scores[kept] = np.where((details > MIN_DETAIL) & (hues > MIN_COLOUR) & (whole > MIN_OVERALL), details, 0).clip(
            0, 1
        )
    return scores


def _hues(a: Floats, b: Floats, place: Floats) -> Floats:
    """Correlation of each pair's colours, all three channels together: brightness may differ, colours not."""
    moved, inside = zip(*(_moved(b[..., channel], place) for channel in range(3)), strict=True)
    return _correlation(a, np.stack(moved, axis=-1), np.stack(inside, axis=-1))


def _turned(pictures: Floats, mirrored: NDArray[np.bool_]) -> Floats:
    """The pictures, some of them mirrored. `pictures` is changed."""
    pictures[mirrored] = pictures[mirrored][:, :, ::-1]
    return pictures


def _reduced(pictures: Floats, times: int) -> Floats:
    """So many times smaller, where that leaves enough to lay by."""
    n, side = pictures.shape[:2]
    while times > 1 and (side < times * COARSE_SIDE or side % times):
        times //= 2
    return np.asarray(pictures.reshape(n, side // times, times, side // times, times).mean(axis=(2, 4)), np.float32)


def _blurred(pictures: Floats, size: int) -> Floats:
    return np.asarray(uniform_filter(pictures, (0, size, size), mode="nearest")) if size > 1 else pictures


def _laid(a: Floats, b: Floats, place: Floats) -> Floats:
    """Scales and shifts (n, 4) that lay each b over its a, refined from `place` by Gauss-Newton.

    Brightness and contrast are fitted along, so that they do not pull. Source: Baker and Matthews, "Lucas-Kanade 20
    Years On" (2004).
    """
    side = a.shape[1]
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = np.broadcast_to(ticks[None, None, :], a.shape), np.broadcast_to(ticks[None, :, None], a.shape)
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(b, 2 / (side - 1), axis=(1, 2)))
    for _ in range(6):
        moved, inside = _moved(b, place)
        gx, gy = _moved(across, place)[0], _moved(down, place)[0]
        gain = _gain(a, moved, inside)[:, None, None]
        columns = np.stack([gain * gx * x, gain * gx, gain * gy * y, gain * gy, moved, np.ones_like(moved)], axis=-1)
        columns *= inside[..., None]
        jacobian = columns.reshape(len(a), -1, 6)
        rest = ((a - gain * moved) * inside).reshape(len(a), -1, 1)
        normal = jacobian.transpose(0, 2, 1) @ jacobian
        ridge = 1e-3 * np.einsum("nii->ni", normal)[:, :, None] * np.eye(6, dtype=np.float32) + 1e-3 * np.eye(6)
        step = np.linalg.solve(normal + ridge, jacobian.transpose(0, 2, 1) @ rest)[:, :4, 0]
        place = (place + step.clip(-0.1, 0.1)).astype(np.float32)
        place = place.clip([0.75, -0.25, 0.75, -0.25], [1.33, 0.25, 1.33, 0.25]).astype(np.float32)
    return place


def _moved(pictures: Floats, place: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Each picture (n, side, side) sampled where `place` says, and which samples lie inside it."""
    side = pictures.shape[1]
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    x = (place[:, 0:1] * ticks + place[:, 1:2] + 1) * ((side - 1) / 2)
    y = (place[:, 2:3] * ticks + place[:, 3:4] + 1) * ((side - 1) / 2)
    within = ((y > -0.5) & (y < side - 0.5))[:, :, None] & ((x > -0.5) & (x < side - 0.5))[:, None, :]
    rows = np.arange(len(pictures))[:, None, None]
    left, top = np.clip(x, 0, side - 1.001).astype(int), np.clip(y, 0, side - 1.001).astype(int)
    right_share = np.clip(x - left, 0, 1)[:, None, :]
    low_share = np.clip(y - top, 0, 1)[:, :, None]
    top, left = top[:, :, None], left[:, None, :]
    upper = pictures[rows, top, left] * (1 - right_share) + pictures[rows, top, left + 1] * right_share
    lower = pictures[rows, top + 1, left] * (1 - right_share) + pictures[rows, top + 1, left + 1] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share, np.float32), within


def _gain(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The contrast of a over that of b, where both are."""
    return np.asarray(np.sqrt((_spread(a, inside) + 1) / (_spread(b, inside) + 1)).clip(0.2, 5), np.float32)


def _spread(values: Floats, inside: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.var(values, axis=(1, 2), where=inside | ~inside.any(axis=(1, 2), keepdims=True)), np.float32)


def _correlation(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Of each pair, over the pixels that both have."""
    axes = tuple(range(1, a.ndim))
    inside = np.broadcast_to(inside, a.shape)
    count = np.maximum(inside.sum(axis=axes, keepdims=True), 1)
    x = (a - (a * inside).sum(axis=axes, keepdims=True) / count) * inside
    y = (b - (b * inside).sum(axis=axes, keepdims=True) / count) * inside
    length = np.sqrt((x * x).sum(axis=axes) * (y * y).sum(axis=axes))
    return np.asarray((x * y).sum(axis=axes) / np.maximum(length, 1e-6), np.float32)


def _details(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Mean correlation over the small windows in which there is something to see; 0 where there are hardly any."""
    b = b * _gain(a, b, inside)[:, None, None]
    size = (0, 7, 7)

    def mean(values: Floats) -> Floats:
        return np.asarray(uniform_filter(values, size, mode="nearest"))

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = (mean(a * a) - mean_a**2).clip(0), (mean(b * b) - mean_b**2).clip(0)
    shared = mean(a * b) - mean_a * mean_b
    noise = _FLAT**2
    match = shared / (np.sqrt(var_a * var_b) + noise / 4)
    tells = inside & (np.maximum(var_a, var_b) > noise)
    count = tells.sum(axis=(1, 2))
    enough = (count > 0.02 * a[0].size) & (inside.mean(axis=(1, 2)) > 0.5)
    return np.asarray(np.where(enough, (match * tells).sum(axis=(1, 2)) / np.maximum(count, 1), 0), np.float32)
