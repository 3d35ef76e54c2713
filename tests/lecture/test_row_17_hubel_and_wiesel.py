"""Row 17: bars and gratings over a receptive field, and the same for a trained net."""

import json

import numpy as np
import pytest

from hubel import experiments
from hubel.experiments import TrainSettings
from hubel.features import (
    bar,
    complex_cell,
    gabor,
    grating,
    modulation,
    preference,
    simple_cell,
    tuning_curve,
)

TURNS = np.arange(18) * np.pi / 18
PHASES = np.arange(16) * np.pi / 8
FIELD = gabor(32, np.pi / 3)
PAIR = FIELD, gabor(32, np.pi / 3, phase=np.pi / 2)


def simple(stimuli):
    return simple_cell(FIELD, stimuli)


def complex_(stimuli):
    return complex_cell(*PAIR, stimuli)


@pytest.mark.parametrize("cell", [simple, complex_])
@pytest.mark.parametrize("shown", ["grating", "bar"])
def test_a_cell_prefers_one_orientation(cell, shown):
    if shown == "bar":
        moved = {"stimulus": bar, "offset": np.arange(-8.0, 9.0)}
    else:
        moved = {"phase": PHASES}
    curve = tuning_curve(cell, 32, "orientation", TURNS, **moved)
    found = preference(TURNS, curve)
    assert abs(found.orientation - np.pi / 3) < 0.05
    assert found.selectivity > 0.7
    across = curve[15]  # a right angle from pi / 3
    assert across < curve.max() / 20


def test_a_simple_cell_follows_the_phase_and_a_complex_one_does_not():
    moving = grating(32, np.pi / 3, phase=PHASES)
    assert modulation(simple(moving)) > 1
    assert modulation(complex_(moving)) < 0.1


def test_a_simple_cell_wants_the_bar_at_its_place_a_complex_one_anywhere_near():
    bars = bar(32, np.pi / 3, offset=np.arange(-4.0, 5.0), width=3)
    assert simple(bars)[0] == 0 < simple(bars)[4]
    assert complex_(bars).min() > 0.25 * complex_(bars).max()


def test_it_is_shown_live_in_the_browser_and_probes_a_trained_net(tmp_path):
    pytest.importorskip("starlette", reason="the extra play is not installed")
    from starlette.testclient import TestClient

    from hubel.playground._play import rooms
    from hubel.playground._server import Desk, application, names

    settings = TrainSettings(images=200, hidden=(8,), epochs=1)
    experiments.train(settings, out=tmp_path / "run")
    desk = Desk(rooms(tmp_path / "run"))
    app = application(desk, names("127.0.0.1", 8000))
    origin = "http://127.0.0.1:8000"
    client = TestClient(app, base_url=origin, headers={"host": "127.0.0.1:8000"})
    with client.websocket_connect("/ws", headers={"origin": origin}) as page:
        hello = {"type": "hello", "version": 1, "token": desk.token, "room": "cells"}
        page.send_json(hello)
        cells = [cell["name"] for cell in page.receive_json()["cells"]]
        assert cells == ["simple", "complex", "learned", "trained"]
        page.send_json({"type": "model", "orientation": np.pi / 3})
        page.send_json({"type": "measure", "vary": "orientation"})
        told, measured = next_tuned(page)
    assert abs(told["best"][0] - np.pi / 3) < 0.02
    assert measured == 36


def next_tuned(page):
    """Draw frames until a curve is there; count its values."""
    measured = 0
    while True:
        message = page.receive()
        if "bytes" in message and message["bytes"] is not None:
            sequence = int.from_bytes(message["bytes"][8:12], "little")
            page.send_json({"type": "ack", "seq": sequence})
            continue
        reply = json.loads(message["text"])
        measured += reply["type"] == "measured"
        if reply["type"] == "tuned":
            return reply, measured
