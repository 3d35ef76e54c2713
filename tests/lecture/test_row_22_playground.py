"""Row 22: use stronger regularisation, not a smaller net; the demo in the browser."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra play is not installed")

from hubel.playground._points_room import PointsRoom
from hubel.playground._presets import PRESETS


def asked(room, kind, **fields):
    return {reply["type"]: reply for reply in room.handle({"type": kind, **fields})}


def steepness(room):
    """Return how much the probability changes from place to place, in the mean."""
    raster = room.frame(1)[0].sections["raster"]
    return float(np.abs(np.diff(raster, axis=0)).mean())


def test_stronger_regularization_makes_smoother_regions():
    beside = [each for each in PRESETS if each.beside == "regularization"]
    assert len({each.settings.layers for each in beside}) == 1  # as many units each
    found = []
    for preset in beside:
        room = PointsRoom()
        asked(room, "preset", name=preset.name)
        asked(room, "step", count=3000)
        found.append(steepness(room))
    assert found[0] > found[1] > found[2]


def test_it_is_turned_while_the_net_learns():
    room = PointsRoom()
    asked(room, "preset", name="l2-0.0001")
    asked(room, "step", count=2000)
    before = steepness(room)
    state = asked(room, "set", name="l2", value=0.03)["state"]
    assert state["step"] == 2000  # neither the weights nor the points begin anew
    asked(room, "step", count=2000)
    assert steepness(room) < 0.8 * before
