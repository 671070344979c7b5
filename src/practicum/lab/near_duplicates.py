"""Find near duplicates: images that were saved again, resized, slightly cropped, brightened or mirrored.

Such a pair on both sides of a split makes a network look better than it is. There are three steps: equal pixels, by
hash; similar thumbnails, by correlation; and of those the pairs that also agree in their details once they are aligned.
The last step detailed a copy from another image of the same object.
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
"""Height and width, in pixels, of the thumbnails of which all pairs are compared."""
MIN_COARSE_CORRELATION = 0.5
"""Thumbnails that correlate more than this are candidates for a detailed comparison."""
MAX_CANDIDATES = 4
"""The maximum number of candidates per image."""
MIN_DETAIL, MIN_COLOUR, MIN_OVERALL = 0.6, 0.85, 0.85
"""An aligned pair is a duplicate if its small windows (on average), its colours and the whole images correlate more
than this. The values lie between those of copies and of different images, as measured in docs/benchmarks.md."""
_BLOCK = 256
_FLAT = 2.5
"""Windows with a smaller standard deviation, of 255, are ignored: they show only compression noise."""


@dataclass(frozen=True)
class DuplicatePair:
    """Rows `first` < `second` show the same image. `exact`: equal pixels. `distance`: 0 for these, up to 1."""

    first: int
    second: int
    exact: bool
    distance: float


def find_near_duplicates(pixels: NDArray[np.uint8]) -> list[DuplicatePair]:
    """Return the pairs of near duplicates among `pixels` (n, side, side, 3), sorted by row.

    Of many copies not every pair is listed, but they are connected: see `group_duplicates`. The time grows with the
    square of n, the memory with n.
    """
    pairs, rows = _exact_pairs(pixels)
    near = _near_pairs(pixels, rows) if len(rows) > 1 else []
    while near:
        pairs += near
        # Only the best candidates of each image were compared; one image of each group is searched for further ones.
        firsts = np.unique(group_duplicates(len(pixels), pairs), return_index=True)[1]
        rows = firsts.astype(np.int64)
        near = _near_pairs(pixels, rows) if len(rows) > 1 else []
    return sorted(pairs, key=lambda pair: (pair.first, pair.second))


def group_duplicates(n: int, pairs: list[DuplicatePair]) -> NDArray[np.int64]:
    """Return the group of each of `n` rows, (n,), numbered from 0 by first row: connected duplicates share a group."""
    first, second = [pair.first for pair in pairs], [pair.second for pair in pairs]
    graph = coo_array((np.ones(len(pairs)), (first, second)), shape=(n, n))
    numbers = connected_components(graph, directed=False)[1]
    _, firsts, group_of = np.unique(numbers, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(firsts))[group_of], np.int64)


def _exact_pairs(pixels: NDArray[np.uint8]) -> tuple[list[DuplicatePair], NDArray[np.int64]]:
    """Pairs with equal pixels, each with the first row that has them, and all such first rows."""
    first_rows: dict[bytes, int] = {}
    pairs = []
    for row, image in enumerate(pixels):
        first = first_rows.setdefault(hashlib.sha256(np.ascontiguousarray(image).data).digest(), row)
        if first != row:
            pairs.append(DuplicatePair(first, row, True, 0.0))
    return pairs, np.array(list(first_rows.values()), np.int64)


def _near_pairs(pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> list[DuplicatePair]:
    side = min(64, max(COARSE_SIDE, pixels.shape[1] // 2))
    colour = np.stack([_downsample(pixels[row], COARSE_SIDE) for row in rows])
    grey = np.stack([_downsample(pixels[row], side) @ np.full(3, 1 / 3, np.float32) for row in rows])
    candidates = sorted(_candidates(colour))
    pairs: list[DuplicatePair] = []
    for start in range(0, len(candidates), _BLOCK):
        first, second, mirrored = np.array(candidates[start : start + _BLOCK]).T
        scores = _agreement(grey, colour, first, second, mirrored.astype(bool))
        for a, b, score in zip(rows[first].tolist(), rows[second].tolist(), scores.tolist(), strict=True):
            if score > 0:
                pairs.append(DuplicatePair(min(a, b), max(a, b), False, round(1 - score, 4)))
    best: dict[tuple[int, int], DuplicatePair] = {}
    for pair in sorted(pairs, key=lambda pair: -pair.distance):
        best[pair.first, pair.second] = pair
    return list(best.values())


def _downsample(image: NDArray[np.uint8], side: int) -> Floats:
    """The image at `side` × `side`, float32; each pixel is the mean of those it covers."""
    edges = np.linspace(0, image.shape[0], side + 1).round().astype(int)[:-1]
    if image.shape[0] < side:
        return image[np.ix_(*[np.arange(side) * image.shape[0] // side] * 2)].astype(np.float32)
    counts = np.diff([*edges, image.shape[0]]).astype(np.float32)
    sums = np.add.reduceat(np.add.reduceat(image.astype(np.float32), edges, axis=0), edges, axis=1)
    return np.asarray(sums / (counts[:, None, None] * counts[None, :, None]), np.float32)


# --- candidates: similar thumbnails ----------------------------------------------------------------------------------


def _candidates(colour: Floats) -> set[tuple[int, int, bool]]:
    """Pairs (first, second, whether the second is mirrored) whose thumbnails correlate, apart from gradients."""
    straight, mirrored = _vectors(colour), _vectors(colour[:, :, ::-1])
    pairs = set()
    for start in range(0, len(colour), _BLOCK):
        block = straight[start : start + _BLOCK]
        for flipped, thumbnails in ((False, straight), (True, mirrored)):
            match = block @ thumbnails.T
            rows = np.arange(len(block))
            match[rows, start + rows] = -1
            nearest = np.argpartition(-match, min(MAX_CANDIDATES, match.shape[1] - 1), axis=1)[:, :MAX_CANDIDATES]
            for row, near in enumerate(nearest):
                for other in near[match[row, near] > MIN_COARSE_CORRELATION]:
                    pairs.add((min(start + row, int(other)), max(start + row, int(other)), flipped))
    return pairs


def _vectors(colour: Floats) -> Floats:
    """Each thumbnail as a unit vector, without its mean and its gradients, which many backgrounds share."""
    ticks = np.linspace(-1, 1, COARSE_SIDE, dtype=np.float32)
    x, y = np.meshgrid(ticks, ticks)
    basis, _ = np.linalg.qr(np.stack([np.ones_like(x), x, y], axis=-1).reshape(-1, 3))
    flat = colour.reshape(len(colour), COARSE_SIDE * COARSE_SIDE, 3)
    rest = flat - np.einsum("pk,nkc->npc", basis, np.einsum("pk,npc->nkc", basis, flat))
    vectors = rest.reshape(len(colour), -1)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0), np.float32)


# --- detailed comparison of aligned pairs ----------------------------------------------------------------------------


def _agreement(
    grey: Floats, colour: Floats, first: NDArray[Any], second: NDArray[Any], mirrored: NDArray[np.bool_]
) -> Floats:
    """How well each pair agrees once aligned, from 0 to 1; 0 if it is not a duplicate."""
    placement = np.tile(np.array([1, 0, 1, 0], np.float32), (len(first), 1))
    remaining = np.arange(len(first))
    # Most pairs are rejected on smaller images, at a fraction of the cost.
    for factor, blur, threshold in ((4, 1, MIN_OVERALL - 0.15), (2, 2, MIN_OVERALL - 0.03)):
        a, b = (_reduce(grey[rows[remaining]], factor) for rows in (first, second))
        b = _mirror(b, mirrored[remaining])
        placement = _align(_blur(a, blur), _blur(b, blur), placement)
        close = _correlation(a, *_warp(b, placement)) > threshold
        remaining, placement = remaining[close], placement[close]
        if not len(remaining):
            break
    scores = np.zeros(len(first), np.float32)
    if len(remaining):
        first, second, mirrored = first[remaining], second[remaining], mirrored[remaining]
        a, b = grey[first], _mirror(grey[second], mirrored)
        placement = _align(a, b, placement)
        warped, inside = _warp(b, placement)
        details, whole = _details(a, warped, inside), _correlation(a, warped, inside)
        colours = _colour_correlation(colour[first], _mirror(colour[second], mirrored), placement)
        duplicate = (details > MIN_DETAIL) & (colours > MIN_COLOUR) & (whole > MIN_OVERALL)
        scores[remaining] = np.where(duplicate, details, 0).clip(0, 1)
    return scores


def _colour_correlation(a: Floats, b: Floats, placement: Floats) -> Floats:
    """Correlation of each pair's colours over all three channels: brightness may differ, colours may not."""
    warped, inside = zip(*(_warp(b[..., channel], placement) for channel in range(3)), strict=True)
    return _correlation(a, np.stack(warped, axis=-1), np.stack(inside, axis=-1))


def _mirror(images: Floats, mirrored: NDArray[np.bool_]) -> Floats:
    """Mirror some of the images, in place, and return them."""
    images[mirrored] = images[mirrored][:, :, ::-1]
    return images


def _reduce(images: Floats, factor: int) -> Floats:
    """The images reduced by `factor`, or less if too few pixels would remain for the alignment."""
    n, side = images.shape[:2]
    while factor > 1 and (side < factor * COARSE_SIDE or side % factor):
        factor //= 2
    return np.asarray(images.reshape(n, side // factor, factor, side // factor, factor).mean(axis=(2, 4)), np.float32)


def _blur(images: Floats, size: int) -> Floats:
    return np.asarray(uniform_filter(images, (0, size, size), mode="nearest")) if size > 1 else images


def _align(a: Floats, b: Floats, placement: Floats) -> Floats:
    """Scales and shifts (n, 4) that align each b with its a, refined from `placement` by Gauss-Newton steps.

    Brightness and contrast are fitted too, so that they do not bias the result. Source: Baker and Matthews,
    "Lucas-Kanade 20 Years On" (2004).
    """
    side = a.shape[1]
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    x, y = np.broadcast_to(ticks[None, None, :], a.shape), np.broadcast_to(ticks[None, :, None], a.shape)
    down, across = (np.asarray(slope, np.float32) for slope in np.gradient(b, 2 / (side - 1), axis=(1, 2)))
    for _ in range(6):
        warped, inside = _warp(b, placement)
        gx, gy = _warp(across, placement)[0], _warp(down, placement)[0]
        gain = _gain(a, warped, inside)[:, None, None]
        columns = np.stack([gain * gx * x, gain * gx, gain * gy * y, gain * gy, warped, np.ones_like(warped)], axis=-1)
        columns *= inside[..., None]
        jacobian = columns.reshape(len(a), -1, 6)
        rest = ((a - gain * warped) * inside).reshape(len(a), -1, 1)
        normal = jacobian.transpose(0, 2, 1) @ jacobian
        ridge = 1e-3 * np.einsum("nii->ni", normal)[:, :, None] * np.eye(6, dtype=np.float32) + 1e-3 * np.eye(6)
        step = np.linalg.solve(normal + ridge, jacobian.transpose(0, 2, 1) @ rest)[:, :4, 0]
        placement = (placement + step.clip(-0.1, 0.1)).astype(np.float32)
        placement = placement.clip([0.75, -0.25, 0.75, -0.25], [1.33, 0.25, 1.33, 0.25]).astype(np.float32)
    return placement


def _warp(images: Floats, placement: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Each image (n, side, side) sampled at its `placement`, and which samples lie inside it."""
    side = images.shape[1]
    ticks = np.linspace(-1, 1, side, dtype=np.float32)
    x = (placement[:, 0:1] * ticks + placement[:, 1:2] + 1) * ((side - 1) / 2)
    y = (placement[:, 2:3] * ticks + placement[:, 3:4] + 1) * ((side - 1) / 2)
    inside = ((y > -0.5) & (y < side - 0.5))[:, :, None] & ((x > -0.5) & (x < side - 0.5))[:, None, :]
    rows = np.arange(len(images))[:, None, None]
    left, top = np.clip(x, 0, side - 1.001).astype(int), np.clip(y, 0, side - 1.001).astype(int)
    right_share = np.clip(x - left, 0, 1)[:, None, :]
    low_share = np.clip(y - top, 0, 1)[:, :, None]
    top, left = top[:, :, None], left[:, None, :]
    upper = images[rows, top, left] * (1 - right_share) + images[rows, top, left + 1] * right_share
    lower = images[rows, top + 1, left] * (1 - right_share) + images[rows, top + 1, left + 1] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share, np.float32), inside


def _gain(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The contrast of a relative to that of b, over the pixels that both have."""
    return np.asarray(np.sqrt((_spread(a, inside) + 1) / (_spread(b, inside) + 1)).clip(0.2, 5), np.float32)


def _spread(values: Floats, inside: NDArray[np.bool_]) -> Floats:
    return np.asarray(np.var(values, axis=(1, 2), where=inside | ~inside.any(axis=(1, 2), keepdims=True)), np.float32)


def _correlation(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The correlation of each pair, over the pixels that both have."""
    axes = tuple(range(1, a.ndim))
    inside = np.broadcast_to(inside, a.shape)
    count = np.maximum(inside.sum(axis=axes, keepdims=True), 1)
    x = (a - (a * inside).sum(axis=axes, keepdims=True) / count) * inside
    y = (b - (b * inside).sum(axis=axes, keepdims=True) / count) * inside
    length = np.sqrt((x * x).sum(axis=axes) * (y * y).sum(axis=axes))
    return np.asarray((x * y).sum(axis=axes) / np.maximum(length, 1e-6), np.float32)


def _details(a: Floats, b: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Mean correlation over the small windows that show details; 0 if there are hardly any."""
    b = b * _gain(a, b, inside)[:, None, None]
    size = (0, 7, 7)

    def mean(values: Floats) -> Floats:
        return np.asarray(uniform_filter(values, size, mode="nearest"))

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = (mean(a * a) - mean_a**2).clip(0), (mean(b * b) - mean_b**2).clip(0)
    shared = mean(a * b) - mean_a * mean_b
    noise = _FLAT**2
    match = shared / (np.sqrt(var_a * var_b) + noise / 4)
    detailed = inside & (np.maximum(var_a, var_b) > noise)
    count = detailed.sum(axis=(1, 2))
    enough = (count > 0.02 * a[0].size) & (inside.mean(axis=(1, 2)) > 0.5)
    return np.asarray(np.where(enough, (match * detailed).sum(axis=(1, 2)) / np.maximum(count, 1), 0), np.float32)
