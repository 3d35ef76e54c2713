"""The points' room: what a page asks for, and what becomes of the net."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest

from hubel import nn
from hubel.errors import HubelError
from hubel.playground._messages import Fields
from hubel.playground._pieces import LONGEST, Pieces
from hubel.playground._points_room import PointsRoom
from hubel.playground._presets import PRESETS
from hubel.playground._settings import Settings, read_settings


@pytest.fixture
def room():
    return PointsRoom()


def ask(room, kind, **fields):
    """Ask for something; return the answers by their types."""
    replies = room.handle(json.loads(json.dumps({"type": kind, **fields})))
    json.dumps(replies, allow_nan=False)
    return {reply["type"]: reply for reply in replies}


def send(room, kind, text):
    """Send a text in pieces."""
    for at in range(0, max(len(text), 1), 50_000):
        last = at + 50_000 >= len(text)
        ask(room, kind, first=at == 0, last=last, text=text[at : at + 50_000])


def stats(room):
    frame, (found,) = room.frame(1)
    json.dumps(found, allow_nan=False)
    return frame, found


def test_welcome_is_all_that_a_page_needs(room):
    first = room.welcome()
    json.dumps(first, allow_nan=False)
    assert read_settings(first["settings"]) == room.settings
    assert len(first["points"]) == 200
    assert sum(point[3] for point in first["points"]) == 40
    assert {preset["beside"] for preset in first["presets"]} == {
        "",
        "capacity",
        "regularization",
    }


def test_training_learns_and_is_the_same_again(room):
    ask(room, "step", count=2000)
    frame, found = stats(room)
    assert frame.step == found["step"] == 2000
    assert found["accuracy"] > 0.95
    assert found["test_accuracy"] > 0.85
    again = PointsRoom()
    ask(again, "step", count=2000)
    for mine, other in zip(
        room.learner.parameters, again.learner.parameters, strict=True
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


def test_it_trains_as_training_does(room):
    ask(room, "step", count=48)
    knobs = {"epochs": 3, "batch_size": 10, "lr": 0.03, "l2": 0.0001}
    net, points = room.settings.net(), room.points.train
    trained, _ = nn.fit(net, *points, schedule="constant", **knobs)
    for mine, other in zip(
        room.learner.net.parameters().values(),
        trained.parameters().values(),
        strict=True,
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_program_of_a_page_repeats_its_run(preset):
    room = PointsRoom()
    ask(room, "preset", name=preset.name)
    ask(room, "step", count=3 * room.learner.per_epoch)
    text = ask(room, "code")["code"]["text"]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "script", "exec"), names)
    for mine, other in zip(
        room.learner.net.parameters().values(),
        names["net"].parameters().values(),
        strict=True,
    ):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


def test_knobs_that_change_nothing_else(room):
    ask(room, "step", count=100)
    before = [array.copy() for array in room.learner.parameters]
    for name, value in (("lr", 0.5), ("l2", 1), ("batch", 20), ("momentum", 0.5)):
        told = ask(room, "set", name=name, value=value)["state"]
        assert told["settings"][name] == value
    ask(room, "set", name="optimizer", value="adam")
    ask(room, "set", name="loss", value="svm")
    for mine, other in zip(room.learner.parameters, before, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert room.learner.step == 100
    ask(room, "step", count=10)
    assert room.learner.step == 110


def test_regularisation_is_live(room):
    ask(room, "step", count=500)
    length = float(np.linalg.norm(room.learner.parameters[0]))
    ask(room, "set", name="l2", value=1.0)
    ask(room, "step", count=500)
    assert float(np.linalg.norm(room.learner.parameters[0])) < length / 5
    assert stats(room)[1]["penalty"] >= 0


def test_a_reset_begins_with_the_same_weights(room):
    first = [array.copy() for array in room.learner.parameters]
    ask(room, "step", count=100)
    assert ask(room, "reset")["state"]["step"] == 0
    for mine, other in zip(room.learner.parameters, first, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_going_back(room):
    for _ in range(5):
        ask(room, "step", count=20)
        stats(room)
    told = ask(room, "rewind", step=50)
    assert told["state"]["step"] == 40
    assert [row["step"] for row in told["history"]["rows"]] == [20, 40]
    then = [array.copy() for array in room.learner.parameters]
    again = PointsRoom()
    ask(again, "step", count=40)
    for mine, other in zip(then, again.learner.parameters, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


def test_a_lost_loss_is_explained_and_taken_back(room):
    ask(room, "step", count=100)
    ask(room, "set", name="lr", value=1)
    ask(room, "set", name="l2", value=100)  # each step turns every weight to -99 times
    told = ask(room, "step", count=1000)
    assert "learning rate" in told["diverged"]["problem"]
    assert room.learner.finite
    assert not room.working


def test_points_are_added_moved_and_taken_away(room):
    ask(room, "step", count=50)
    count = len(room.points.x)
    ask(room, "point", act="add", x=0.5, y=-0.5, label=1)
    assert len(room.points.x) == count + 1
    assert not room.points.test[-1]
    ask(room, "point", act="move", index=count, x=0.25, y=0.125)
    assert room.points.x[-1].tolist() == [0.25, 0.125]
    told = ask(room, "point", act="remove", index=count)
    assert len(told["points"]["points"]) == count
    assert room.learner.step == 50
    assert room.settings.data == "own"
    ask(room, "step", count=50)


def test_the_last_point_stays(room):
    ask(room, "csv", first=True, last=True, text="x,y,label\n0,0,0\n1,1,1\n")
    ask(room, "set", name="test_share", value=0.0)
    ask(room, "csv", first=True, last=True, text="0,0,0\n1,1,1\n")
    ask(room, "point", act="remove", index=0)
    with pytest.raises(HubelError, match="a point to learn from"):
        ask(room, "point", act="remove", index=0)


def test_a_table_comes_and_goes(room):
    text = ask(room, "table")["table"]["text"]
    half = len(text) // 2
    assert ask(room, "csv", first=True, last=False, text=text[:half]) == {}
    ask(room, "csv", first=False, last=True, text=text[half:])
    assert ask(room, "table")["table"]["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0,0,0",
        "a,b,c\n1,2,0\n",
        "0,0,0\n1,1,9\n",
        "0,0\n",
        "inf,0,0\n1,1,1\n",
        pytest.param("1" * 200_000, id="one long field"),
    ],
)
def test_a_wrong_table_is_refused(room, text):
    before = room.points
    with pytest.raises(HubelError):
        send(room, "csv", text)
    assert room.points is before


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_has_the_lines_of_any_system(room, end):
    send(room, "csv", end.join(["x,y,label", "0,0,0", "0.5,1,1", ""]))
    assert room.points.x.tolist() == [[0, 0], [0.5, 1]]


def test_the_rest_of_a_text_that_was_too_long_is_no_text():
    pieces = Pieces()
    long = {"first": False, "last": False, "text": "1,1,1\n" * 10_000}
    pieces.add(Fields({**long, "first": True}))
    for _ in range(LONGEST // 60_000 - 1):
        pieces.add(Fields(long))
    with pytest.raises(HubelError, match="more than"):
        pieces.add(Fields(long))
    with pytest.raises(HubelError, match="more than"):
        pieces.add(Fields({"first": False, "last": True, "text": "0,0,0\n1,1,1\n"}))
    assert pieces.add(Fields({"first": True, "last": True, "text": "a"})) == "a"


def test_a_room_is_saved_and_loaded(room):
    ask(room, "set", name="optimizer", value="adam")
    ask(room, "step", count=123)
    document = json.dumps(ask(room, "save")["saved"]["document"])
    other = PointsRoom()
    ask(other, "load", first=True, last=True, text=document)
    assert other.learner.step == 123
    for one, two in zip(room.learner.arrays, other.learner.arrays, strict=True):
        np.testing.assert_array_equal(one, two)
    ask(room, "set", name="batch", value=room.settings.batch)


def test_a_saved_room_knows_that_its_points_were_changed(room):
    ask(room, "point", act="remove", index=0)
    ask(room, "set", name="lr", value=0.5)
    document = ask(room, "save")["saved"]["document"]
    other = PointsRoom()
    send(other, "load", json.dumps(document))
    assert other.settings == room.settings
    assert other.settings.data == "own"
    assert ask(other, "code")["code"]["text"] == ask(room, "code")["code"]["text"]


def test_a_damaged_file_is_refused(room):
    ask(room, "step", count=5)
    document = ask(room, "save")["saved"]["document"]
    wrong = [
        {},
        [],
        {**document, "format": "x"},
        {**document, "arrays": document["arrays"][:-1]},
        {**document, "arrays": [[0.0]] * len(document["arrays"])},
        {**document, "arrays": [["a"] * len(a) for a in document["arrays"]]},
        {**document, "arrays": [[10**400] * len(a) for a in document["arrays"]]},
        {**document, "arrays": [[1e300] * len(a) for a in document["arrays"]]},
        {**document, "points": [[0, 0, 7, 0]]},
        {**document, "points": [[0, 0, 0, 1]]},
        {**document, "points": [3]},
        {**document, "step": -1},
        {**document, "more": 1},
        {**document, "settings": {"lr": "fast"}},
    ]
    before = room.learner
    for each in wrong:
        with pytest.raises(HubelError):
            ask(room, "load", first=True, last=True, text=json.dumps(each))
    with pytest.raises(HubelError):
        ask(room, "load", first=True, last=True, text="{" * 5000)
    assert room.learner is before


def test_wires_carry_weights_and_gradients(room):
    ask(room, "view", wires=True)
    found = stats(room)[1]["wires"]
    assert [np.shape(layer["weight"]) for layer in found] == [(2, 6), (6, 2), (2, 2)]
    ask(room, "weight", layer=1, row=3, column=1, value=2.5)
    ask(room, "weight", layer=2, row=-1, column=0, value=-1)
    assert stats(room)[1]["wires"][1]["weight"][3][1] == 2.5
    assert room.learner.net.layers[4].bias[0] == -1
    with pytest.raises(HubelError):
        ask(room, "weight", layer=3, row=0, column=0, value=1)


def test_pictures(room):
    ask(room, "step", count=2000)
    ask(room, "view", units=True, layer=1, pair=[1, 0])
    frame, _ = stats(room)
    raster = frame.sections["raster"]
    assert raster.shape == (160, 160)
    middle, corner = raster[80, 80] < 0.5, raster[5, 80] < 0.5
    assert middle != corner  # the disc and the ring
    assert frame.sections["units"].shape == (8 * 30, 30)
    assert frame.sections["grid"].shape == (41, 41, 2)
    assert frame.sections["places"].shape == (200, 1, 2)
    ask(room, "preset", name="blobs")
    frame, _ = stats(room)
    assert frame.sections["raster"].shape == (160, 160, 2)
    assert frame.sections["units"].shape == (0, 30)


def test_it_stops_where_it_is_told_to(room):
    ask(room, "until", steps=150)
    ask(room, "run", on=True)
    told = []
    while room.working:
        told += room.work(0.005)
    assert room.learner.step == 150
    assert told[0] == {"type": "reached", "step": 150}
    ask(room, "until", accuracy=0.9)
    ask(room, "run", on=True)
    while room.working:
        room.work(0.005)
    assert room.history.accuracy(room.learner, room.points) >= 0.9


SETTINGS = {
    "lr": (0, -1, 1e9, "1", None, True, [1]),
    "batch": (0, 1.5, 10**9),
    "layers": (3, [3], [{"units": 0, "activation": "tanh"}], [{"units": 3}], [{}] * 9),
    "optimizer": ("adamw", 3),
    "__class__": (1,),
    "classes": (1, 4),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_wrong_settings_are_refused_and_change_nothing(room, name):
    before = room.settings
    for value in SETTINGS[name]:
        with pytest.raises(HubelError):
            ask(room, "set", name=name, value=value)
    assert room.settings is before


def test_a_wrong_speed_starts_nothing(room):
    with pytest.raises(HubelError, match="speed"):
        ask(room, "run", on=True, speed=-1)
    assert not room.working


def test_messages_have_no_fields_too_many(room):
    with pytest.raises(HubelError, match="'extra'"):
        ask(room, "run", on=True, extra=1)
    with pytest.raises(HubelError, match="no message 'eval'"):
        ask(room, "eval")


def test_settings_travel_as_json():
    for preset in PRESETS:
        text = json.dumps(preset.settings.as_json())
        assert read_settings(json.loads(text)) == preset.settings
    assert read_settings({}) == Settings()


def test_an_address_brings_its_points(room):
    mine = [[-0.5, 0.25, 0, 0], [0.5, 0.25, 1, 0], [0.0, -0.75, 1, 1]]
    settings = {**room.settings.as_json(), "lr": 0.2, "data": "own"}
    told = ask(room, "state", settings=settings, points=mine)
    assert told["points"]["points"] == mine
    assert told["state"]["settings"] == settings
    for bad in ([[0, 0, 2, 0]], [[0, 0, 0, 1]], [[0, 0]], "none"):
        with pytest.raises(HubelError):
            ask(room, "state", settings=settings, points=bad)
    assert len(room.points.x) == 3
