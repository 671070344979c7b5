"""A network seen at several depths, and cut in two: what is learned anew above, what stays as it is below.

Small sets gain from looking at more than a network's last features: what it sees halfway is less bound to the classes
it was trained on. And whoever fine-tunes only the top need not run the bottom again for each epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import keras
from keras import layers

MAX_LEVELS = 4
"""At so many depths a network is seen, besides its end."""
MIN_SHARE_ABOVE = 0.1
"""This share of the weights at least must lie above a cut, or there is little to tune."""


@dataclass(frozen=True)
class SplitBackbone:
    """A network, and how it can be taken apart. All of it shares the one set of weights."""

    base: keras.Model
    """Pixels (n, side, side, 3) to its own features (n, k)."""
    whole: keras.Model
    """Pixels to the features of all depths (n, d), the base's own k last. `base`, where it has none."""
    lower: keras.Model | None
    """Pixels to what passes the cut (n, m): the map there, laid flat, and the pooled ones of the depths up to it. None
    where there is no cut."""
    upper: keras.Model | None
    """What `lower` gives to the features of all depths (n, d)."""

    @property
    def own(self) -> int:
        """How many numbers the base's own features are."""
        return int(self.base.output_shape[-1])


def split_backbone(base: keras.Model) -> SplitBackbone:
    """Take apart a network from pixels to features, such as :class:`practicum.lab.pretrained_models.Backbone` builds.

    It is seen where all that comes later rests on one map, and that map is no wider than those around it: the ends of
    its stages, whether they are bottlenecks (MobileNet, EfficientNet) or not (ResNet, VGG). It is cut at the last of
    these that is larger than the last map and has weights enough above it. A network whose layers lie in another
    model has none.
    """
    waists = _waists(base)
    ends = _stage_ends(waists)
    if not ends:
        return SplitBackbone(base, base, None, None)
    pooled = [layers.GlobalAveragePooling2D(name=f"depth_{number}")(end) for number, end in enumerate(ends, 1)]
    features = layers.Concatenate(name="depths")([*pooled, base.outputs[0]])
    whole = keras.Model(base.inputs[0], features, name=base.name)
    for number in reversed(range(len(ends))):
        kept = [ends[number], *pooled[: number + 1]]
        above = keras.Model(kept, features)
        if _area(ends[number]) > _area(waists[-1]) and above.count_params() > MIN_SHARE_ABOVE * base.count_params():
            return SplitBackbone(base, whole, *_cut(base, kept, above))
    return SplitBackbone(base, whole, None, None)


def _cut(base: keras.Model, kept: list[Any], above: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Lower and upper part, with all that passes between them as one row a picture."""
    flat = layers.Concatenate()([layers.Flatten()(kept[0]), *kept[1:]])
    passed = keras.Input(flat.shape[1:])
    parts, start = [], 0
    for tensor in kept:
        end = start + math.prod(tensor.shape[1:])
        parts.append(layers.Reshape(tensor.shape[1:])(passed[:, start:end]))
        start = end
    return keras.Model(base.inputs[0], flat), keras.Model(passed, above(parts))


def _stage_ends(waists: list[Any]) -> list[Any]:
    """The last waist of each stage, but for the last stage, from which the base's own features are pooled."""
    runs = [list(run) for _, run in groupby(waists, key=_width)]
    ends = []
    for before, run, after in zip(runs, runs[1:], runs[2:], strict=False):
        narrower = [_width(run[0]) < _width(one[0]) for one in (before, after)]
        wider = [_width(run[0]) > _width(one[0]) for one in (before, after)]
        # Where no map between is wider, as in ResNet, a stage ends where maps become smaller.
        if all(narrower) or (_area(after[0]) < _area(run[0]) and not all(wider)):
            ends.append(run[-1])
    return ends[-MAX_LEVELS:]


def _waists(base: keras.Model) -> list[Any]:
    """Maps smaller than the picture, in order, that all which comes later rests on: nothing reaches past them."""
    nodes = [node for depth in sorted(base._nodes_by_depth, reverse=True) for node in base._nodes_by_depth[depth]]
    place = {id(tensor): number for number, node in enumerate(nodes) for tensor in node.output_tensors}
    found, reach = [], len(nodes)
    for number, node in reversed(list(enumerate(nodes))):
        made = node.output_tensors
        if reach >= number and len(made) == 1 and len(made[0].shape) == 4 and _area(made[0]) < _area(base.inputs[0]):
            found.append(made[0])
        reach = min([reach, *(place[id(tensor)] for tensor in node.input_tensors)])
    return found[::-1]


def _width(tensor: Any) -> int:
    """Channels."""
    return int(tensor.shape[-1])


def _area(tensor: Any) -> int:
    """Height times width, in pixels of the map."""
    return int(tensor.shape[1] * tensor.shape[2])
