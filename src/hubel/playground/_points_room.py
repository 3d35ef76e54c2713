"""The first room: a net that learns to tell points in the plane apart, live."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from hubel.errors import OptionError
from hubel.nn import Sequential
from hubel.playground._frame import Frame
from hubel.playground._history import History
from hubel.playground._learner import Learner
from hubel.playground._messages import Fields
from hubel.playground._pieces import Pieces
from hubel.playground._points import EDGE, Points, chosen, read_csv
from hubel.playground._presets import PRESETS
from hubel.playground._saved import read_points, restored, saved
from hubel.playground._script import script
from hubel.playground._settings import MOST_POINTS, Settings, limits, read_settings
from hubel.playground._view import View, bent, layers
from hubel.playground._wires import wires, write_weight

Reply = dict[str, Any]
_SIDES: Final = (50, 100, 160)
_BUDGET: Final = 0.010
"""Seconds that a picture of the regions may take while the net is trained."""
_UNITS_EVERY: Final = 6
"""Frames between two pictures of units and wires while the net is trained."""


@dataclass(frozen=True)
class Shown:
    """What a page wants to see: a layer and two of its units, and what else."""

    layer: int = 0
    pair: tuple[int, int] = (0, 1)
    grid: bool = True
    units: bool = False
    wires: bool = False


@dataclass(frozen=True)
class Until:
    """When training stops by itself; None for never."""

    steps: int | None = None
    accuracy: float | None = None


class PointsRoom:
    """One page's net, points and knobs; see `docs/playground.md` for the messages."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.points = chosen(self.settings)
        self.shown, self.until = Shown(), Until()
        self.working, self.stale = False, True
        self.speed = 0  # steps a frame; 0 is as many as there is time for
        self._configuration = 0
        self._pieces = Pieces()
        self._view = View()
        self._took = {side: 0.0 for side in _SIDES}
        self._frames = 0
        self._handlers: dict[str, Callable[[Fields], list[Reply]]] = {
            "set": self._set,
            "preset": self._preset,
            "state": self._restore_state,
            "run": self._run,
            "step": self._steps,
            "reset": self._reset,
            "rewind": self._rewind,
            "until": self._until,
            "point": self._point,
            "view": self._look,
            "weight": self._weight,
            "csv": self._csv,
            "load": self._load,
            "save": self._save,
            "table": self._table,
            "code": self._code,
        }
        self._begin()

    # What the worker asks ---------------------------------------------------------

    def welcome(self) -> Reply:
        """Return everything that a page needs to begin."""
        return {
            "type": "welcome",
            "room": "points",
            "edge": EDGE,
            "limits": limits(),
            "presets": [preset.as_json() for preset in PRESETS],
            **self._state(),
            "points": self._points_json(),
        }

    def handle(self, message: Reply) -> list[Reply]:
        """Do what a message asks for."""
        kind = message["type"]
        if kind not in self._handlers:
            raise OptionError(f"there is no message {kind[:40]!r}")
        fields = Fields({k: v for k, v in message.items() if k != "type"})
        replies = self._handlers[kind](fields)
        fields.end()
        self.stale = True
        return replies

    def work(self, seconds: float) -> list[Reply]:
        """Train for about so long, or as many steps as the speed says."""
        steps = self.speed or 10**6
        if self.until.steps is not None:
            steps = min(steps, max(self.until.steps - self.learner.step, 1))
        before, start = self.learner.step, time.perf_counter()
        self.learner.train(steps, seconds)
        self._pace = (self.learner.step - before) / (time.perf_counter() - start)
        self.stale = True
        if self.learner.diverged:
            return [*self._diverged(), self._told_state()]
        if self._reached():
            self.working = False
            return [{"type": "reached", "step": self.learner.step}, self._told_state()]
        if self.speed:
            self._wait(start)
        return []

    def frame(self, sequence: int) -> tuple[Frame, list[Reply]]:
        """Return the pictures and the numbers of now."""
        self.stale = False
        self._frames += 1
        net = self.learner.net
        sections: dict[str, Any] = {"raster": self._regions(net)}
        if self.shown.grid:
            layer, pair = self._pair(net)
            grid, places = bent(net, layer, pair, self.points.x)
            sections |= {"grid": grid, "places": places[:, None, :]}
        if self.shown.units and self._is_for_details():
            sections["units"] = self._view.units(net)
        stats = self._stats(net)
        loss, penalty = float(stats["loss"] or 0.0), float(stats["penalty"] or 0.0)
        frame = Frame(
            1,
            sequence,
            self._configuration,
            self.learner.step,
            loss,
            penalty,
            sections,
            flags=int(self.working),
        )
        return frame, [stats]

    # Pictures and numbers ---------------------------------------------------------

    def _regions(self, net: Sequential) -> Any:
        """Draw the regions as finely as there is time for; finely at rest."""
        fine = [s for s in _SIDES if self._took[s] <= _BUDGET]
        side = max(fine, default=_SIDES[0]) if self.working else _SIDES[-1]
        start = time.perf_counter()
        picture = self._view.regions(net, side)
        took = time.perf_counter() - start
        self._took[side] = 0.7 * self._took[side] + 0.3 * took
        for each in _SIDES:  # a size that was too slow is tried again some time
            if each != side:
                self._took[each] *= 0.98
        return picture

    def _pair(self, net: Sequential) -> tuple[int, tuple[int, int]]:
        """Return the layer and the two units to show, as far as there are any."""
        ends = layers(net)
        layer = min(self.shown.layer, len(ends) - 1)
        widths = [each.units for each in self.settings.layers]
        width = [*widths, self.settings.classes][layer]
        first, second = (min(unit, width - 1) for unit in self.shown.pair)
        return layer, (first, second)

    def _stats(self, net: Sequential) -> Reply:
        row = self.history.measure(net, self.points, self.learner)
        found: Reply = {
            "type": "stats",
            "working": self.working,
            "pace": round(self._pace),
            **row,
        }
        if self.shown.wires and self._is_for_details():
            found["wires"] = wires(net, self.points, self.learner)
        return found

    def _is_for_details(self) -> bool:
        """Whether this frame has what is too much for each of them."""
        return not self.working or self._frames % _UNITS_EVERY == 0

    def _reached(self) -> bool:
        """Whether training is to stop here."""
        if self.until.steps is not None and self.learner.step >= self.until.steps:
            return True
        if self.until.accuracy is None:
            return False
        return self.history.accuracy(self.learner, self.points) >= self.until.accuracy

    def _wait(self, start: float) -> None:
        """Let a frame's time pass, where somebody wants few steps a frame."""
        left = 1 / 30 - (time.perf_counter() - start)
        if left > 0:
            time.sleep(left)

    def _diverged(self) -> list[Reply]:
        self.working = False
        lr = self.learner.lr
        return [
            {
                "type": "diverged",
                "problem": f"The loss became infinite at a learning rate of {lr:g}.",
                "remedy": "The weights grew with every step. Lower the learning rate, "
                "or the momentum. The net is back at its last finite step.",
                "step": self.learner.step,
            }
        ]

    def _state(self) -> Reply:
        pair = list(self.shown.pair)
        return {
            "settings": self.settings.as_json(),
            "view": {**vars(self.shown), "pair": pair},
            "until": vars(self.until),
            "working": self.working,
            "speed": self.speed,
            "configuration": self._configuration,
            "step": self.learner.step,
        }

    def _told_state(self) -> Reply:
        return {"type": "state", **self._state()}

    def _points_json(self) -> list[list[float]]:
        points = self.points
        return [
            [round(float(x), 4), round(float(y), 4), int(label), int(test)]
            for (x, y), label, test in zip(points.x, points.y, points.test, strict=True)
        ]

    def _told_points(self) -> Reply:
        return {"type": "points", "points": self._points_json()}

    # What a page asks for ---------------------------------------------------------

    def _begin(self) -> None:
        """Start with new weights, from step 0."""
        self.learner = Learner(self.settings, *self.points.train)
        self.history = History()
        self._configuration += 1
        self._pace = 0.0

    def _set(self, fields: Fields) -> list[Reply]:
        """Change one setting; only what cannot be kept begins anew."""
        name = fields.text("name", 40)
        before = self.settings
        self.settings = before.changed(name, fields.take("value"))
        if name in ("lr", "l2"):
            self.learner.lr, self.learner.l2 = self.settings.lr, self.settings.l2
            return [self._told_state()]
        if name in ("batch", "optimizer", "momentum", "loss"):
            self._go_on_with_other_steps()
            return [self._told_state()]
        if name in ("layers", "seed"):
            if name == "seed" and self.settings.data != "own":
                self.points = chosen(self.settings)
            self._begin()
            return [self._told_state(), self._told_points()]
        return self._other_points()

    def _other_points(self) -> list[Reply]:
        """Take the points of new settings; the net begins anew."""
        if self.settings.data != "own":
            self.points = chosen(self.settings)
        elif self.points.y.max() >= self.settings.classes:
            few = np.minimum(self.points.y, self.settings.classes - 1)
            self.points = replace(self.points, y=few)
        self._begin()
        return [self._told_state(), self._told_points()]

    def _go_on_with_other_steps(self) -> None:
        """Keep the weights, and take other steps from now on."""
        old = self.learner
        self.learner = Learner(self.settings, *self.points.train)
        self.learner.go_on_from(old)

    def _preset(self, fields: Fields) -> list[Reply]:
        name = fields.text("name", 40)
        found = [preset for preset in PRESETS if preset.name == name]
        if not found:
            raise OptionError(f"there is no preset {name!r}")
        self.settings, self.working = found[0].settings, False
        return self._other_points()

    def _restore_state(self, fields: Fields) -> list[Reply]:
        """Take over settings, and points of one's own, that an address has kept."""
        settings = read_settings(fields.take("settings"))
        if fields.has("points"):
            rows = fields.items("points", MOST_POINTS)
            self.points = read_points(rows, settings.classes)
            settings = replace(settings, data="own")
        self.settings, self.working = settings, False
        return self._other_points()

    def _run(self, fields: Fields) -> list[Reply]:
        on = fields.flag("on")
        if fields.has("speed"):
            self.speed = fields.whole("speed", 0, 100_000)
        self.working = on
        return [self._told_state()]

    def _steps(self, fields: Fields) -> list[Reply]:
        self.working = False
        self.learner.train(fields.whole("count", 1, 100_000))
        told = self._diverged() if self.learner.diverged else []
        return [*told, self._told_state()]

    def _reset(self, _fields: Fields) -> list[Reply]:
        """Begin again with the same first weights."""
        self._begin()
        return [self._told_state()]

    def _rewind(self, fields: Fields) -> list[Reply]:
        self.working = False
        step = self.learner.rewind(fields.whole("step", 0, 10**12))
        self.history.cut(step)
        self._configuration += 1
        return [self._told_state(), {"type": "history", "rows": self.history.rows}]

    def _until(self, fields: Fields) -> list[Reply]:
        steps = accuracy = None
        if fields.has("steps"):
            steps = fields.whole("steps", 1, 10**12)
        if fields.has("accuracy"):
            accuracy = fields.number("accuracy", 0.0, 1.0)
        self.until = Until(steps, accuracy)
        return [self._told_state()]

    def _point(self, fields: Fields) -> list[Reply]:
        """Add, move or take away a point; the net goes on from where it is."""
        act = fields.choice("act", ("add", "move", "remove"))
        if act == "add":
            x, y = (fields.number(name, -100.0, 100.0) for name in "xy")
            label = fields.whole("label", 0, self.settings.classes - 1)
            self.points = self.points.with_point(x, y, label)
        else:
            self.points = self._changed_point(act, fields)
        self.settings = replace(self.settings, data="own")
        self.learner.give(*self.points.train)
        return [self._told_points(), self._told_state()]

    def _changed_point(self, act: str, fields: Fields) -> Points:
        """Return the points with one of them moved or taken away."""
        index = fields.whole("index", 0, len(self.points.x) - 1)
        if act == "remove":
            return self.points.without(index)
        x, y = (fields.number(name, -100.0, 100.0) for name in "xy")
        return self.points.moved(index, x, y)

    def _look(self, fields: Fields) -> list[Reply]:
        """Change what is shown."""
        values: dict[str, Any] = {}
        if fields.has("layer"):
            values["layer"] = fields.whole("layer", 0, 7)
        if fields.has("pair"):
            pair = Fields(dict(zip("ab", fields.items("pair", 2), strict=False)))
            values["pair"] = pair.whole("a", 0, 127), pair.whole("b", 0, 127)
        for name in ("grid", "units", "wires"):
            if fields.has(name):
                values[name] = fields.flag(name)
        self.shown = replace(self.shown, **values)
        return [self._told_state()]

    def _weight(self, fields: Fields) -> list[Reply]:
        write_weight(self.learner, fields)
        return []

    def _csv(self, fields: Fields) -> list[Reply]:
        text = self._pieces.add(fields)
        if text is None:
            return []
        points = read_csv(text, self.settings)
        self.settings = replace(self.settings, data="own")
        self.points, self.working = points, False
        self._begin()
        return [self._told_state(), self._told_points()]

    def _load(self, fields: Fields) -> list[Reply]:
        text = self._pieces.add(fields)
        if text is None:
            return []
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            raise OptionError("the file is not one that was saved here") from None
        self.settings, self.points, arrays, step = restored(document)
        self.working = False
        self._begin()
        self.learner.take_over(arrays, step)
        return [self._told_state(), self._told_points()]

    def _save(self, _fields: Fields) -> list[Reply]:
        document = saved(self.settings, self.points, self.learner)
        return [{"type": "saved", "document": document}]

    def _table(self, _fields: Fields) -> list[Reply]:
        return [{"type": "table", "text": self.points.as_csv()}]

    def _code(self, _fields: Fields) -> list[Reply]:
        return [
            {"type": "code", "text": script(self.settings, self.points, self.learner)}
        ]
