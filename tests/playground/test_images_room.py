"""The images' room: what a trained net makes of what a page sends it."""

from __future__ import annotations

import base64
import dataclasses
import json

import numpy as np
import pytest

import hubel
from hubel import experiments
from hubel.data import tenshapes
from hubel.errors import DataError, HubelError
from hubel.experiments import TrainSettings
from hubel.playground._first_layer import first_filters
from hubel.playground._images_room import EmptyRoom, ImagesRoom
from hubel.playground._insight import slope
from hubel.playground._play import ROOMS, rooms
from hubel.playground._trained import read_trained

KINDS = {"flat": {"hidden": (12,)}, "conv": {"conv": (4,), "hidden": (6,)}}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name, net in KINDS.items():
        settings = TrainSettings(images=200, epochs=1, **net)
        experiments.train(settings, out=folder / name)
    return folder


@pytest.fixture(params=sorted(KINDS))
def room(runs, request):
    found = read_trained(runs / request.param)
    return ImagesRoom(found.model, found.samples)


def ask(room, kind, /, **fields):
    assert room.handle(json.loads(json.dumps({"type": kind, **fields}))) == []
    return shown(room)


def shown(room):
    frame, (answer,) = room.frame(1)
    frame.pack()
    return frame.sections, json.loads(json.dumps(answer, allow_nan=False))


def test_welcome_is_all_that_a_page_needs(room):
    first = json.loads(json.dumps(room.welcome(), allow_nan=False))
    assert first["shape"] == [32, 32, 3]
    assert first["samples"] == 1000
    assert len(first["filters"]) == len(first["units"]) in (4, 12)
    assert first["classes"][0] == "circle"


def test_all_of_many_classes_have_a_score(runs):
    found = read_trained(runs / "flat")
    model = found.model
    last = model.net.layers[-1]
    wide = np.tile(last.weight, 30), np.tile(last.bias, 30)
    wide[1][290] += 100  # one of the last classes is by far the best
    net = model.net.replace(
        layers=(*model.net.layers[:-1], last.replace(weight=wide[0], bias=wide[1]))
    )
    names = tuple(f"class {i}" for i in range(300))
    many = dataclasses.replace(model, net=net, class_names=names)
    answer = shown(ImagesRoom(many, found.samples))[1]
    assert len(answer["scores"]) == len(answer["probabilities"]) == 300
    assert answer["target"] == 290
    assert len(answer["layers"][-1]["values"]) == 256


def test_a_sample_is_pushed_through(room):
    images = tenshapes(0, 8)[1].images
    sections, answer = ask(room, "sample", index=7)
    np.testing.assert_array_equal(sections["image"], images[7])
    scores = room.model.scores(images[7:8])[0]
    np.testing.assert_allclose(answer["scores"], scores, rtol=1e-3, atol=1e-4)
    sure = room.model.predict_proba(images[7:8])[0]
    np.testing.assert_allclose(answer["probabilities"], sure, atol=1e-3)
    assert answer["target"] == scores.argmax()
    assert answer["layers"][-1]["shape"] == [10]
    assert sections["glyphs"].shape == (64, 64)
    assert sections["gradient"].shape == (32, 32, 3)


def test_the_maps_of_a_convolution(runs):
    found = read_trained(runs / "conv")
    room = ImagesRoom(found.model, found.samples)
    sections, answer = ask(room, "layer", layer=1)
    assert answer["layers"][1]["name"] == "ReLU()"
    assert sections["units"].shape == (4 * 32, 32)
    assert sections["units"].min() == 128  # nothing is below 0
    assert answer["layers"][1]["maps"]
    assert not answer["layers"][-1]["maps"]


def test_the_gradient_is_that_of_the_score(room):
    pixels = room.image.astype(np.float64)
    slopes = slope(room.model, room.image, 3)
    direction = np.random.default_rng(0).normal(size=pixels.shape)
    net = room.model.net
    change = [
        np.asarray(net((pixels + way * direction)[None]))[0, 3] for way in (0.01, -0.01)
    ]
    expected = (change[0] - change[1]) / 0.02
    assert np.sum(slopes * direction) == pytest.approx(expected, rel=0.02)


def test_the_class_whose_gradient_is_shown(room):
    first = ask(room, "target", **{"class": 4})[1]
    assert first["target"] == first["chosen"] == 4
    other = ask(room, "target", **{"class": -1})[1]
    assert other["chosen"] is None
    assert other["target"] == int(np.argmax(other["scores"]))


def test_an_image_of_ones_own_comes_in_pieces(room):
    image = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    text = base64.b64encode(image.tobytes()).decode()
    before = room.image
    assert (
        room.handle(
            {"type": "pixels", "first": True, "last": False, "text": text[:100]}
        )
        == []
    )
    assert room.image is before
    sections, answer = ask(room, "pixels", first=False, last=True, text=text[100:])
    np.testing.assert_array_equal(sections["image"], image)
    assert answer["sample"] is answer["label"] is None


@pytest.mark.parametrize("text", ["", "AAAA", "no base64!", "A" * 4097, "é"])
def test_pixels_that_are_no_image(room, text):
    before = room.image
    with pytest.raises(HubelError):
        ask(room, "pixels", first=True, last=True, text=text)
    assert room.image is before


def test_too_many_pixels(room):
    piece = {"type": "pixels", "first": False, "last": False, "text": "A" * 65_536}
    for _ in range(64):
        room.handle(piece)
    with pytest.raises(HubelError, match="characters"):
        room.handle(piece)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "eval"},
        {"type": "sample", "index": 1000},
        {"type": "sample", "index": -1},
        {"type": "sample", "path": "/etc/passwd"},
        {"type": "target", "class": 10},
        {"type": "layer", "layer": 99},
        {"type": "layer", "layer": 0, "more": 1},
    ],
)
def test_what_cannot_be_done_is_refused(room, message):
    with pytest.raises(HubelError):
        room.handle(message)


def test_without_its_data(runs):
    def nothing():
        raise DataError("the files are gone", remedy="Put them back.")

    room = ImagesRoom(hubel.load(runs / "flat"), nothing)
    first = room.welcome()
    assert first["samples"] == 0
    assert "Put them back" in first["why_none"]
    assert shown(room)[0]["image"].shape == (32, 32, 3)
    with pytest.raises(HubelError, match="no test set"):
        ask(room, "sample", index=0)


def test_filters_are_the_weights_of_the_first_layer(runs):
    flat, conv = (hubel.load(runs / name) for name in ("flat", "conv"))
    filters, units = first_filters(flat)
    assert units == list(range(12))
    np.testing.assert_array_equal(
        filters[5].ravel(), flat.net[2].weight[:, 5] * (flat.scale.ravel() != 0)
    )
    filters, _ = first_filters(conv)
    np.testing.assert_array_equal(filters[2], conv.net[1].weight[..., 2])


def test_a_net_behind_features(tmp_path):
    settings = TrainSettings(images=200, hidden=(6,), epochs=1, features="hog")
    experiments.train(settings, out=tmp_path / "hog")
    made = rooms(tmp_path / "hog")
    room = made["images"]()
    assert room.welcome()["filters"] == []
    sections, answer = shown(room)
    assert answer["layers"][0]["shape"] == [144]
    assert answer["steepest"] > 0
    assert np.ptp(sections["gradient"]) > 100
    assert made["cells"]().welcome()["empty"] == ["trained"]


def test_the_rooms(runs):
    assert tuple(rooms()) == ROOMS
    empty = rooms()["images"]()
    assert isinstance(empty, EmptyRoom)
    assert empty.welcome()["model"] is None
    with pytest.raises(HubelError, match="no trained net"):
        empty.handle({"type": "sample", "index": 0})
    with_run = rooms(runs / "flat")
    assert with_run["images"]().welcome()["samples"] == 1000
    cells = [cell.name for cell in with_run["cells"]().cells]
    assert cells == ["simple", "complex", "learned", "trained"]
    with pytest.raises(HubelError):
        rooms(runs / "nothing")
