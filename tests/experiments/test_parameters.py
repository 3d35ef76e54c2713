"""Saved nets: the same bits come back, and nothing but a saved net is read."""

from __future__ import annotations

import contextlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import OptionError, RunError
from hubel.experiments._nets import NetSpec, first_weights
from hubel.experiments._parameters import SavedNet, read_net, write_net
from hubel.nn import ACTIVATIONS, Normalize, predict_scores
from hubel.streams import stream
from hubel.tracing.tree import flatten

NAMES = ("no", "yes", "mÿb")


def make(hidden=(5, 4), activation="relu", dropout=0.0) -> SavedNet:
    spec = NetSpec(
        image_shape=(3, 4, 1),
        hidden=hidden,
        classes=3,
        activation=activation,
        dropout=dropout,
    )
    images = stream(0, "images").integers(0, 256, (20, 3, 4, 1), np.uint8)
    return SavedNet(spec.build(Normalize.of(images), seed=3), spec, NAMES)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)])
def test_the_same_bits_come_back(tmp_path, activation, hidden):
    saved = make(hidden, activation, dropout=0.25)
    path = tmp_path / "net.safetensors"
    write_net(path, saved)
    read = read_net(path)
    assert (read.spec, read.class_names) == (saved.spec, NAMES)
    assert flatten(read.net)[1] == flatten(saved.net)[1]
    for old, new in zip(flatten(saved.net)[0], flatten(read.net)[0], strict=True):
        np.testing.assert_array_equal(old, new, strict=True)
    images = stream(1, "images").integers(0, 256, (9, 3, 4, 1), np.uint8)
    before, after = (predict_scores(net, images) for net in (saved.net, read.net))
    np.testing.assert_array_equal(before, after)


def test_the_file_is_for_other_programs_too(tmp_path):
    from safetensors import safe_open

    write_net(tmp_path / "net", make())
    with safe_open(tmp_path / "net", "numpy") as file:
        told = json.loads(file.metadata()["hubel"])
        assert told["description"].startswith("3-layer net, 2 hidden layers: 12-5-4-3")
        assert told["class_names"] == list(NAMES)
        assert "layers.2.weight" in file.keys()
        assert file.get_tensor("layers.2.weight").shape == (12, 5)


def test_equal_nets_give_equal_files(tmp_path):
    for name in "ab":
        write_net(tmp_path / name, make())
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert list(header_of((tmp_path / "a").read_bytes())["__metadata__"]) == ["hubel"]


def header_of(data: bytes) -> dict:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])


def content(metadata=None, **changes) -> bytes:
    """Return a file in which some of the metadata are changed; None takes one away."""
    from safetensors.numpy import save

    saved = make(hidden=())
    leaves, tree = flatten(saved.net)
    told = {"format": 1, "net": spec(), "class_names": NAMES} | changes
    text = json.dumps({key: value for key, value in told.items() if value is not None})
    arrays = dict(zip(tree.paths(), leaves, strict=True))
    return save(arrays, {"hubel": text} if metadata is None else metadata)


def spec(**changes) -> dict:
    return make(hidden=()).spec.as_json() | changes


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 2}, "format 2"),
        ({"format": None}, "metadata are damaged"),
        ({"net": None}, "metadata are damaged"),
        ({"metadata": {}}, "metadata are damaged"),
        ({"net": []}, "metadata are damaged"),
        ({"net": spec(kind="cnn")}, "not the description of a net"),
        ({"net": spec(classes=3.0)}, "not the description of a net"),
        ({"net": spec(classes=-3)}, "widths"),
        ({"net": spec(hidden=[10**9])}, "larger than"),
        ({"net": spec(hidden=[10**6])}, "too few"),
        ({"net": spec(hidden=[1] * 101)}, "101 hidden layers"),
        ({"net": spec(hidden="12")}, "not the description of a net"),
        ({"net": spec(hidden=[2])}, "arrays are not those"),
        ({"net": spec(image_shape=[4, 3, 1])}, "not float32 of shape"),
        ({"net": spec(image_shape=[12])}, "shape of images"),
        ({"net": spec(activation="eval")}, "activation"),
        ({"net": spec(activation=[])}, "metadata are damaged"),
        ({"net": spec(dropout=float("nan"))}, "dropout"),
        ({"net": spec(dropout="0")}, "dropout"),
        ({"class_names": ["a"]}, "class names"),
        ({"class_names": "abc"}, "class names"),
        ({"class_names": [1, 2, 3]}, "class names"),
        ({"metadata": {"hubel": "["}}, "metadata are damaged"),
        ({"metadata": {"hubel": "[" * 5000}}, "metadata are damaged"),
        ({"metadata": {"hubel": "[]"}}, "metadata are damaged"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, changes, told):
    path = tmp_path / "net"
    path.write_bytes(content(**changes))
    with pytest.raises(RunError, match=rf"net: not a net .*{told}"):
        read_net(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04.",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 2**21) + b" " * 2**21,
        struct.pack("<Q", 4) + b"\xff\xfe{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 9000) + b"[" * 9000,
        content()[:-1],
        content() + b"x",
    ],
)
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "net"
    path.write_bytes(data)
    with pytest.raises(RunError, match="not a net that hubel saved"):
        read_net(path)


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "no", tmp_path):
        with pytest.raises(RunError, match="cannot be read"):
            read_net(path)


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    saved = make()
    last = saved.net[-1].replace(bias=np.array([0, np.nan, 0], np.float32))
    net = type(saved.net)(*saved.net.layers[:-1], last)
    write_net(tmp_path / "net", SavedNet(net, saved.spec, NAMES))
    with pytest.raises(RunError, match=r"layers\.6\.bias holds a number"):
        read_net(tmp_path / "net")


@given(st.data())
def test_damage_never_gives_another_error(tmp_path_factory, data):
    whole = bytearray(content())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(
            st.integers(0, 255)
        )
    path = tmp_path_factory.mktemp("damaged") / "net"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with contextlib.suppress(RunError):
        read_net(path)


def test_pixels_that_never_change_are_drawn_as_nothing():
    images = np.zeros((4, 2, 1, 1), np.uint8)
    images[:, 0] = [[[1]], [[2]], [[3]], [[4]]]
    spec = NetSpec(
        image_shape=(2, 1, 1), hidden=(), classes=2, activation="relu", dropout=0.0
    )
    weights = first_weights(spec.build(Normalize.of(images)))
    assert weights[0].all()
    assert not weights[1].any()


def test_a_net_without_neurons():
    with pytest.raises(OptionError, match="widths 12-0-3"):
        make(hidden=(0,))
