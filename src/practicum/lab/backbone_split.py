"""Split a backbone into a lower and an upper part, and give it outputs at several levels.

Small datasets profit from features of intermediate layers, which are less specific to the classes that the network was
trained on. And when only the top is fine-tuned, the outputs of the bottom can be computed once for all epochs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import keras
from keras import layers

MAX_LEVELS = 4
"""How many intermediate levels are used, besides the final features."""
MIN_SHARE_ABOVE = 0.1
"""At least this share of the weights must be above the cut, or there is little to fine-tune."""


@dataclass(frozen=True)
class SplitBackbone:
    """A backbone and the parts it can be split into. All of them share one set of weights."""

    base: keras.Model
    """Pixels (n, side, side, 3) to the final features (n, k)."""
    multi_level: keras.Model
    """Pixels to the features of all levels (n, d), the k final features last. `base` itself if there are no levels."""
    lower: keras.Model | None
    """Pixels to the outputs at the cut (n, m): the flattened feature map there, and the pooled features of the levels
    up to it. None if the network cannot be cut."""
    upper: keras.Model | None
    """The outputs of `lower` to the features of all levels (n, d)."""

    @property
    def final_features(self) -> int:
        """The number of the base's final features, k."""
        return int(self.base.output_shape[-1])


def split_backbone(base: keras.Model) -> SplitBackbone:
    """Split a network from pixels to features, such as :class:`practicum.lab.pretrained_models.Backbone` builds.

    Its levels are the ends of its stages: feature maps on which everything later depends, and which are no wider than
    those around them. This holds for bottlenecks (MobileNet, EfficientNet) and other blocks (ResNet, VGG). The cut is
    at the last level that is larger than the final map and has enough weights above it. A network whose layers are
    nested in another model has neither levels nor a cut.
    """
    bottlenecks = _single_path_maps(base)
    ends = _stage_ends(bottlenecks)
    if not ends:
        return SplitBackbone(base, base, None, None)
    pooled = [layers.GlobalAveragePooling2D(name=f"depth_{number}")(end) for number, end in enumerate(ends, 1)]
    features = layers.Concatenate(name="depths")([*pooled, base.outputs[0]])
    multi_level = keras.Model(base.inputs[0], features, name=base.name)
    for number in reversed(range(len(ends))):
        passed = [ends[number], *pooled[: number + 1]]
        above = keras.Model(passed, features)
        larger = _area(ends[number]) > _area(bottlenecks[-1])
        if larger and above.count_params() > MIN_SHARE_ABOVE * base.count_params():
            return SplitBackbone(base, multi_level, *_cut(base, passed, above))
    return SplitBackbone(base, multi_level, None, None)


def _cut(base: keras.Model, passed: list[Any], above: keras.Model) -> tuple[keras.Model, keras.Model]:
    """The lower and the upper part; between them, all tensors of `passed` form one row per image."""
    flat = layers.Concatenate()([layers.Flatten()(passed[0]), *passed[1:]])
    rows = keras.Input(flat.shape[1:])
    tensors, start = [], 0
    for tensor in passed:
        end = start + math.prod(tensor.shape[1:])
        tensors.append(layers.Reshape(tensor.shape[1:])(rows[:, start:end]))
        start = end
    return keras.Model(base.inputs[0], flat), keras.Model(rows, above(tensors))


def _stage_ends(maps: list[Any]) -> list[Any]:
    """The last map of each stage except the final one, whose pooled map is the base's output."""
    stages = [list(stage) for _, stage in groupby(maps, key=_width)]
    ends = []
    for before, stage, after in zip(stages, stages[1:], stages[2:], strict=False):
        narrower = [_width(stage[0]) < _width(neighbour[0]) for neighbour in (before, after)]
        wider = [_width(stage[0]) > _width(neighbour[0]) for neighbour in (before, after)]
        # Where no map between is wider, as in ResNet, a stage ends where maps become smaller.
        if all(narrower) or (_area(after[0]) < _area(stage[0]) and not all(wider)):
            ends.append(stage[-1])
    return ends[-MAX_LEVELS:]


def _single_path_maps(base: keras.Model) -> list[Any]:
    """The feature maps smaller than the input, in order, that no connection skips: all later layers depend on them."""
    nodes = [node for depth in sorted(base._nodes_by_depth, reverse=True) for node in base._nodes_by_depth[depth]]
    position = {id(tensor): number for number, node in enumerate(nodes) for tensor in node.output_tensors}
    maps, earliest_input = [], len(nodes)
    for number, node in reversed(list(enumerate(nodes))):
        outputs = node.output_tensors
        single = earliest_input >= number and len(outputs) == 1 and len(outputs[0].shape) == 4
        if single and _area(outputs[0]) < _area(base.inputs[0]):
            maps.append(outputs[0])
        earliest_input = min([earliest_input, *(position[id(tensor)] for tensor in node.input_tensors)])
    return maps[::-1]


def _width(tensor: Any) -> int:
    """The number of channels."""
    return int(tensor.shape[-1])


def _area(tensor: Any) -> int:
    """Height times width of the map, in pixels."""
    return int(tensor.shape[1] * tensor.shape[2])
