"""The second room: bars and gratings for cells, as Hubel and Wiesel showed them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.errors import OptionError
from hubel.features import preference
from hubel.playground._cell import (
    FREQUENCIES,
    ORIENTATIONS,
    PHASES,
    Cell,
    filter_cell,
    model_cells,
    picture,
    probe,
)
from hubel.playground._frame import Frame
from hubel.playground._messages import Fields
from hubel.playground._stimulus import RANGES, Stimulus
from hubel.playground._sweep import VALUES, Sweep
from hubel.streams import stream

Reply = dict[str, Any]
Floats = NDArray[np.float64]
TICK: Final = 0.020
"""Seconds of the room's time: a stimulus moves, every cell answers."""
_SCREEN: Final = 96
"""Pixels along each side of the screen."""
_TITLES: Final = {"learned": "Learned word", "trained": "Trained filter"}
_LATE: Final = 5
"""Ticks that are caught up with at once, after something slow."""
_MOST_KEPT: Final = 250
"""Ticks that wait for a page that draws slowly."""
_STEP: Final = 4
"""Ticks for which a value of a tuning curve stays on the screen."""


class CellsRoom:
    """One page's screen and the cells that look at it.

    Parameters
    ----------
    sheets : mapping of str to arrays of shape (k, h, w, channels)
        Filters of which one at a time is probed beside the model cells: ``"learned"``
        words of a dictionary, ``"trained"`` ones of a run's first layer. Of a
        sheet without filters nothing is probed.
    seed : int
        Decides the spikes.
    """

    def __init__(self, sheets: Mapping[str, Floats], *, seed: int = 0) -> None:
        self.stimulus, self.seed = Stimulus(), seed
        self.model = {"orientation": 0.0, "frequency": 4.0, "phase": 0.0}
        self.sheets = {name: each for name, each in sheets.items() if len(each)}
        self._empty = [name for name in sheets if name not in self.sheets]
        self.chosen = {name: _clearest(each) for name, each in self.sheets.items()}
        self.cells = model_cells(**self.model)
        self.cells += [self._filter(name) for name in self.sheets]
        self.focus = 0
        self.sweep: Sweep | None = None
        self.working, self.stale = True, True
        self._ticks, self._due = 0, time.monotonic()
        self._since: list[tuple[list[float], list[list[int]]]] = []
        self._handlers: dict[str, Callable[[Fields], list[Reply]]] = {
            "stimulus": self._show,
            "best": self._show_best,
            "model": self._turn_model,
            "choose": self._choose,
            "focus": self._look_at,
            "run": self._run,
            "measure": self._measure,
            "stop": self._stop,
        }

    # What the worker asks ---------------------------------------------------------

    def welcome(self) -> Reply:
        """Return everything that a page needs to begin."""
        return {
            "type": "welcome",
            "room": "cells",
            "ranges": {name: list(limits) for name, limits in RANGES.items()},
            "values": {name: values.tolist() for name, values in VALUES.items()},
            "tick": TICK,
            "sheets": {name: _as_json(each) for name, each in self.sheets.items()},
            "empty": self._empty,
            **self._state(),
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
        """Let the room's time follow the clock's."""
        now = time.monotonic()
        self._due = max(self._due, now - _LATE * TICK)
        if self._due > now:
            time.sleep(min(self._due - now, seconds))
            return []
        self._due += TICK
        return self.tick()

    def frame(self, sequence: int) -> tuple[Frame, list[Reply]]:
        """Return the screen, and what the cells have answered since the last frame."""
        self.stale = False
        screen = np.rint(127.5 + 127.5 * self._shown().image(_SCREEN)[0])
        sections = {"image": screen.astype(np.uint8)}
        answers: Reply = {
            "type": "answers",
            "time": round(self._ticks * TICK * 1000),
            "stimulus": self._shown().as_json(),
            "rates": [rates for rates, _ in self._since],
            "spikes": [spikes for _, spikes in self._since],
        }
        self._since = []
        frame = Frame(2, sequence, 0, self._ticks, 0.0, 0.0, sections)
        return frame, [answers]

    # The room's time --------------------------------------------------------------

    def tick(self) -> list[Reply]:
        """Let every cell answer for a moment, and the stimulus move on."""
        shown = self._shown()
        rates = [float(cell.rates([shown])[0]) for cell in self.cells]
        self._since.append(([round(rate, 2) for rate in rates], self._spikes(rates)))
        del self._since[:-_MOST_KEPT]
        self._ticks += 1
        self.stale = True
        if self.sweep is None:
            self.stimulus = self.stimulus.after(TICK)
            return []
        if self._ticks % _STEP:
            return []
        replies = self.sweep.measure(self.cells)
        if self.sweep.done:
            self.sweep = None
        return replies

    def _shown(self) -> Stimulus:
        """Return what is on the screen: in a sweep, what the chosen cell is shown."""
        if self.sweep is None:
            return self.stimulus
        shown = self.sweep.shown(self.cells[self.focus])
        return shown[self._ticks * 2 % len(shown)]

    def _spikes(self, rates: list[float]) -> list[list[int]]:
        """Draw in which milliseconds of a tick each cell fires.

        A Poisson process, to the millisecond: each has a spike with the probability
        rate / 1000, whatever was before.
        """
        length = round(TICK * 1000)
        drawn = stream(self.seed, "spikes", self._ticks).random((len(rates), length))
        start = self._ticks * length
        chances = np.array(rates)[:, None] / 1000
        return [(np.flatnonzero(row) + start).tolist() for row in drawn < chances]

    # Messages ---------------------------------------------------------------------

    def _show(self, fields: Fields) -> list[Reply]:
        self.stimulus = self.stimulus.changed(fields)
        self.sweep = None
        return []

    def _show_best(self, fields: Fields) -> list[Reply]:
        """Show what a cell answers most to."""
        cell = self.cells[fields.whole("cell", 0, len(self.cells) - 1)]
        if not cell.most:
            raise OptionError(
                f"{cell.title} does not answer to grey stripes",
                remedy="It may answer to colours; choose another one.",
            )
        self.stimulus, self.sweep = replace(cell.best, speed=0.0), None
        return [self._told_state()]

    def _turn_model(self, fields: Fields) -> list[Reply]:
        """Make the model cells anew."""
        limits = {name: RANGES[name] for name in self.model}
        limits["frequency"] = 1.0, 8.0
        self.model |= {
            name: fields.number(name, *limits[name])
            for name in self.model
            if fields.has(name)
        }
        self.cells[:2] = model_cells(**self.model)
        self.sweep = None
        return [self._told_state()]

    def _choose(self, fields: Fields) -> list[Reply]:
        """Put the probe on another filter of a sheet."""
        sheet = fields.choice("sheet", tuple(self.sheets))
        self.chosen[sheet] = fields.whole("unit", 0, len(self.sheets[sheet]) - 1)
        at = [cell.name for cell in self.cells].index(sheet)
        self.cells[at] = self._filter(sheet)
        self.focus, self.sweep = at, None
        return [self._told_state()]

    def _look_at(self, fields: Fields) -> list[Reply]:
        self.focus = fields.whole("cell", 0, len(self.cells) - 1)
        return [self._told_state()]

    def _run(self, fields: Fields) -> list[Reply]:
        self.working, self._due = fields.flag("on"), time.monotonic()
        return [self._told_state()]

    def _measure(self, fields: Fields) -> list[Reply]:
        """Begin a tuning curve; time goes on, if it did not."""
        vary = fields.choice("vary", tuple(VALUES))
        self.sweep = Sweep(vary, self.stimulus, self.seed)
        self.working = True
        return [self._told_state()]

    def _stop(self, _fields: Fields) -> list[Reply]:
        self.sweep = None
        return [self._told_state()]

    # What it tells ----------------------------------------------------------------

    def _filter(self, sheet: str) -> Cell:
        unit = self.chosen[sheet]
        title = f"{_TITLES[sheet]} {unit}"
        return filter_cell(sheet, title, self.sheets[sheet][unit])

    def _state(self) -> Reply:
        return {
            "stimulus": self.stimulus.as_json(),
            "model": self.model,
            "cells": [cell.as_json() for cell in self.cells],
            "chosen": self.chosen,
            "focus": self.focus,
            "measuring": self.sweep.vary if self.sweep else None,
            "working": self.working,
        }

    def _told_state(self) -> Reply:
        return {"type": "state", **self._state()}


def _tuned(filters: Floats) -> tuple[Floats, Floats]:
    """Return the orientation that each filter prefers, and how selective it is."""
    unit = filters.sum(axis=3).reshape(len(filters), -1)
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    size = max(filters.shape[1:3])
    pictures = probe(size)[1]
    high, wide = filters.shape[1:3]
    top, left = (size - high) // 2, (size - wide) // 2
    seen = pictures[:, top : top + high, left : left + wide]
    answers = np.maximum(seen.reshape(len(seen), -1) @ unit.T, 0)
    kinds = len(FREQUENCIES), len(ORIENTATIONS), len(PHASES)
    by_phase = answers.reshape(*kinds, -1).max(axis=2)
    own = by_phase.max(axis=1).argmax(axis=0)  # the frequency that each likes best
    return preference(ORIENTATIONS, by_phase[own, :, np.arange(len(own))].T)


def _clearest(filters: Floats) -> int:
    """Return the filter that is the most selective for orientation."""
    return int(_tuned(filters)[1].argmax())


def _as_json(filters: Floats) -> Reply:
    """Return a sheet as a page reads it: a picture each, and how it is tuned."""
    turns, selectivity = _tuned(filters)
    return {
        "tiles": [picture(each) for each in filters],
        "orientation": (np.degrees(turns).round() % 180).tolist(),
        "selectivity": selectivity.round(2).tolist(),
        "shape": list(filters.shape[1:]),
    }
