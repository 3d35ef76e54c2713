"""The cells' room: what cells answer to what a page shows them, and their curves."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from hubel.errors import HubelError
from hubel.features import gabor
from hubel.playground._cell import FREQUENCIES, Cell, filter_cell, model_cells
from hubel.playground._cells_room import TICK, CellsRoom
from hubel.playground._stimulus import Stimulus
from hubel.playground._sweep import VALUES

EDGES = np.stack(
    [np.repeat(gabor(8, turn, 4.0)[..., None], 3, axis=2) for turn in (0.0, 1.0, 2.0)]
)
COLOR = np.ones((1, 8, 8, 3)) * [1.0, -1.0, 0.0]


@pytest.fixture
def room():
    return CellsRoom({"learned": np.concatenate([COLOR, EDGES]), "trained": EDGES})


def ask(room, kind, /, **fields):
    """Ask for something; return the answers by their types."""
    replies = room.handle(json.loads(json.dumps({"type": kind, **fields})))
    json.dumps(replies, allow_nan=False)
    return {reply["type"]: reply for reply in replies}


def measured(room, vary):
    """Measure a curve; return its rows and what it came to."""
    ask(room, "measure", vary=vary)
    replies = []
    while room.sweep is not None:
        replies += room.tick()
    *rows, told = replies
    json.dumps(replies, allow_nan=False)
    assert [row["value"] for row in rows] == VALUES[vary].tolist()
    return np.array([row["rates"] for row in rows]), rows, told


def test_welcome_is_all_that_a_page_needs(room):
    first = json.loads(json.dumps(room.welcome(), allow_nan=False))
    names = [cell["name"] for cell in first["cells"]]
    assert names == ["simple", "complex", "learned", "trained"]
    assert len(first["sheets"]["learned"]["tiles"]) == 4
    turns = first["sheets"]["trained"]["orientation"]
    np.testing.assert_allclose(turns, np.degrees([0.0, 1.0, 2.0]), atol=5)
    assert first["chosen"]["learned"] != 0  # a colour is not selective for orientation
    assert all(cell["field"].startswith("data:image/png") for cell in first["cells"])


def test_no_sheets():
    room = CellsRoom({"trained": np.zeros((0, 8, 8, 3))})
    assert [cell.name for cell in room.cells] == ["simple", "complex"]
    assert room.welcome()["empty"] == ["trained"]
    with pytest.raises(HubelError):
        ask(room, "choose", sheet="trained", unit=0)


def test_a_moving_grating_makes_simple_cells_pulse_and_complex_ones_hum(room):
    ask(room, "stimulus", kind="grating", orientation=0, frequency=4, speed=2)
    rates = []
    for _ in range(50):  # two waves
        room.tick()
        rates.append(room._since[-1][0])
    simple, complex_ = np.array(rates)[:, :2].T
    assert simple.min() == 0
    assert simple.max() > 95
    assert complex_.min() > 95


def test_a_bar_of_another_orientation_is_no_matter(room):
    ask(room, "stimulus", kind="bar", orientation=0, width=0.12, speed=0)
    room.tick()
    upright = room._since[-1][0]
    ask(room, "stimulus", orientation=1.5)
    room.tick()
    lying = room._since[-1][0]
    assert upright[0] > 10 * max(lying[0], 1)
    assert upright[1] > 10 * max(lying[1], 1)
    ask(room, "stimulus", orientation=0, x=0.3)
    room.tick()
    assert room._since[-1][0][0] < upright[0] / 10


def test_black_is_for_the_simple_cell_what_it_is_not_for_the_complex_one(room):
    simple, complex_ = room.cells[:2]
    white = Stimulus(kind="bar", width=0.12, speed=0.0)
    black = Stimulus(kind="bar", width=0.12, speed=0.0, contrast=-1.0)
    assert simple.rates([black])[0] == 0 < simple.rates([white])[0]
    np.testing.assert_allclose(*complex_.rates([black, white]))


def test_spikes_come_as_often_as_the_rate_says():
    room, again = CellsRoom({}), CellsRoom({})
    for each in (room, again):
        ask(each, "stimulus", orientation=0, frequency=4, phase=0, speed=0)
        for _ in range(250):
            each.tick()
    spikes = [sum(len(cells[i]) for _, cells in room._since) for i in range(2)]
    assert np.abs(np.array(spikes) - 500).max() < 5 * np.sqrt(500)
    assert room._since == again._since
    times = [at for _, cells in room._since for at in cells[0]]
    assert times == sorted(set(times))
    assert times[-1] < 250 * TICK * 1000


def test_orientation_is_measured(room):
    ask(room, "model", orientation=np.pi / 3)
    rates, rows, told = measured(room, "orientation")
    peak = VALUES["orientation"][rates[:, 0].argmax()]
    assert abs(peak - np.pi / 3) < 1e-9
    assert abs(told["best"][0] - np.pi / 3) < 0.02
    assert min(told["selectivity"][:2]) > 0.85
    counted = np.array([row["counted"] for row in rows])
    assert (np.abs(counted - rates) <= 5 * np.sqrt(rates) + 1).all()
    assert counted.std() > 0


def test_bars_measure_the_same_orientation(room):
    ask(room, "model", orientation=np.pi / 4)
    ask(room, "stimulus", kind="bar", width=0.1)
    _, _, told = measured(room, "orientation")
    assert abs(told["best"][0] - np.pi / 4) < 0.05
    assert abs(told["best"][1] - np.pi / 4) < 0.05


def test_frequency_is_measured(room):
    ask(room, "model", frequency=2.0)
    rates, _, told = measured(room, "frequency")
    assert abs(np.log2(told["best"][0] / 2)) < 0.2
    assert rates[-1, 0] < 5
    finest = rates[VALUES["frequency"] > 4]
    assert not finest[:, 2:].any()  # 8 pixels do not show more than 4 waves


def test_phase_tells_simple_from_complex(room):
    told = measured(room, "phase")[2]
    assert told["modulation"][0] > 1 > 0.1 > told["modulation"][1]


def test_the_screen_shows_what_the_chosen_cell_is_shown(room):
    ask(room, "focus", cell=3)
    assert ask(room, "measure", vary="phase")["state"]["measuring"] == "phase"
    frame, (answers,) = room.frame(1)
    best = room.cells[3].best
    assert answers["stimulus"]["orientation"] == best.orientation
    assert answers["stimulus"]["phase"] == 0
    assert frame.sections["image"].shape == (96, 96)
    assert ask(room, "stop")["state"]["measuring"] is None
    assert room.sweep is None


def test_another_filter(room):
    told = ask(room, "choose", sheet="trained", unit=2)["state"]
    assert told["chosen"]["trained"] == 2
    assert told["focus"] == 3
    assert abs(told["cells"][3]["best"]["orientation"] - 2.0) < np.pi / 12
    told = ask(room, "best", cell=3)["state"]
    assert told["stimulus"]["orientation"] == told["cells"][3]["best"]["orientation"]
    room.tick()
    assert room._since[-1][0][3] == 100


def test_a_cell_for_colours_does_not_answer_to_grey(room):
    ask(room, "choose", sheet="learned", unit=0)
    room.tick()
    assert room._since[-1][0][2] == 0
    assert room.welcome()["cells"][2]["best"] is None
    with pytest.raises(HubelError, match="grey"):
        ask(room, "best", cell=2)
    assert measured(room, "orientation")[2]["selectivity"][2] == 0


def test_fields_need_not_be_square():
    wide = np.repeat(gabor(16, 0.0, 8.0)[4:12, :, None], 3, axis=2)
    cell = filter_cell("trained", "Trained filter 0", wide)
    assert cell.best.orientation == 0
    assert cell.best.frequency == pytest.approx(2, rel=0.01)
    black = Cell("x", "x", np.zeros((8, 8)))
    assert black.rates([Stimulus()])[0] == 0


def test_moving_things_stay_on_the_screen():
    moved = Stimulus(kind="bar", orientation=0.5, speed=3.0).after(10.0)
    assert max(abs(moved.x), abs(moved.y)) <= 0.75
    back = Stimulus(speed=1.0).after(0.25)
    assert back.phase == pytest.approx(1.5 * np.pi)


def test_time_follows_the_clock(room):
    start = time.monotonic()
    while time.monotonic() < start + 0.5:
        room.work(0.012)
    assert 0.2 / TICK < room._ticks <= 0.5 / TICK + 2
    ask(room, "run", on=False)
    assert not room.working
    room.frame(1)
    assert not room.stale


def test_a_page_that_draws_slowly_is_told_of_the_last_seconds(room):
    for _ in range(400):
        room.tick()
    _, (answers,) = room.frame(1)
    assert len(answers["rates"]) == 250
    assert answers["time"] == 8000
    assert not room.frame(2)[1][0]["rates"]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "eval"},
        {"type": "stimulus", "kind": "face"},
        {"type": "stimulus", "orientation": "up"},
        {"type": "stimulus", "frequency": 0},
        {"type": "stimulus", "more": 1},
        {"type": "model", "frequency": 1000},
        {"type": "choose", "sheet": "learned", "unit": 4},
        {"type": "choose", "sheet": "other", "unit": 0},
        {"type": "focus", "cell": 4},
        {"type": "best", "cell": -1},
        {"type": "measure", "vary": "colour"},
        {"type": "run", "on": 1},
    ],
)
def test_what_cannot_be_done_is_refused(room, message):
    before = room.stimulus, room.chosen.copy(), room.focus
    with pytest.raises(HubelError):
        room.handle(message)
    assert (room.stimulus, room.chosen, room.focus) == before


def test_the_probe_meets_the_model_cells_where_they_are_best():
    simple, complex_ = model_cells(np.pi / 6, float(FREQUENCIES[4]), 0.0)
    for cell in (simple, complex_):
        assert cell.best.orientation == pytest.approx(np.pi / 6)
        assert cell.best.frequency == pytest.approx(FREQUENCIES[4])
