"""More neurons, more capacity; and regularisation instead of fewer neurons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hubel.data import Dataset, Progress, points
from hubel.errors import TrainingError
from hubel.experiments._atomic import write_whole
from hubel.experiments._tensors import Kind, as_tensors, read_tensors
from hubel.experiments.comparing._experiment import Experiment, Members
from hubel.experiments.comparing._members import Halted, Job, Member, Pulse
from hubel.experiments.comparing._points import read_settings
from hubel.experiments.comparing._side_by_side import train_together
from hubel.experiments.comparing._spread import RULE, is_above
from hubel.gates._softmax import softmax
from hubel.nn import Sequential, mlp
from hubel.tracing.tree import flatten, unflatten
from hubel.view import Region, Section, Table, regions
from hubel.view._written import percent

Array = np.ndarray[Any, np.dtype[Any]]
_TESTED, _LATTICE, _EDGE = 2000, 84, 1.3
"""Points for the test; a picture's places a side; how far it reaches from 0."""
_SCALE = np.float32(2)
"""Coordinates in [-1, 1] come to a standard deviation of about 1."""
_KIND = Kind("nets of a comparison", "Delete it; its nets are trained again.")


class Capacity(Experiment):
    """Nets with one hidden layer on points in the plane."""

    title = "Hidden units and regularisation"

    def __init__(self, seeds: int, given: Mapping[str, Any]) -> None:
        self.seeds = seeds
        self.given = read_settings(given)

    @property
    def data(self) -> str:
        """What the points are called."""
        return self.given.data

    @property
    def cells(self) -> dict[str, tuple[int, float]]:
        """Hidden units and strength of each row."""
        given = self.given
        return {
            f"{units} hidden, λ = {strength:g}": (units, strength)
            for units in given.units
            for strength in given.strengths
        }

    @property
    def rows(self) -> Sequence[str]:
        """What is compared."""
        return tuple(self.cells)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Every setting."""
        return asdict(self.given)

    def prepare(self, progress: Progress | None) -> dict[str, Any]:
        """Draw nothing yet: points follow from the settings alone."""
        del progress
        return {"points": self.given.count, "test_points": _TESTED}

    @property
    def examples(self) -> int:
        """How many points an accuracy is taken over."""
        return _TESTED

    @property
    def notices(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @cached_property
    def drawn(self) -> dict[int, tuple[Dataset, Dataset]]:
        """By seed, the points to learn from and those of the test."""
        given = self.given
        found: dict[int, tuple[Dataset, Dataset]] = {}
        for seed in range(given.seed, given.seed + self.seeds):
            count = given.count
            every = points(given.data, count + _TESTED, noise=given.noise, seed=seed)
            found[seed] = every[:count], every[count:]
        return found

    def jobs(self) -> Sequence[Job]:
        """Train all nets of as many units side by side."""
        return [
            Job(f"{units}-hidden", float(10 + units), self._work(units))
            for units in self.given.units
        ]

    def _net(self, units: int, seed: int) -> Sequential:
        return mlp(2, units, 2, activation=self.given.activation, seed=seed)

    def _work(self, units: int) -> Any:
        """Return the work of all strengths and seeds."""
        given = self.given
        lanes = [(s, strength) for strength in given.strengths for s in self.drawn]

        def work(path: Path, pulse: Pulse) -> list[Member]:
            def tell(step: int, loss: float) -> None:
                del loss
                if pulse(step / given.steps):
                    raise Halted

            parts = [self.drawn[seed][0] for seed, _ in lanes]
            try:
                nets = train_together(
                    [self._net(units, seed) for seed, _ in lanes],
                    np.stack([_scaled(part.images) for part in parts]),
                    np.stack([part.labels for part in parts]),
                    [strength for _, strength in lanes],
                    lr=given.lr,
                    momentum=given.momentum,
                    steps=given.steps,
                    callback=tell,
                )
            except TrainingError as error:
                raise TrainingError(
                    f"{units} hidden units: {error.problem}", remedy=error.remedy
                ) from error
            write_nets(path.with_suffix(".safetensors"), nets)
            return [
                self._member(units, strength, seed, net)
                for (seed, strength), net in zip(lanes, nets, strict=True)
            ]

        return work

    def _member(
        self, units: int, strength: float, seed: int, net: Sequential
    ) -> Member:
        """Return what a net came to."""
        train, test = self.drawn[seed]
        row = next(r for r, cell in self.cells.items() if cell == (units, strength))
        values = {
            "units": units,
            "strength": strength,
            "train_accuracy": _accuracy(net, train),
            "test_accuracy": _accuracy(net, test),
        }
        return Member(row, seed, values)

    def nets(self, folder: Path, units: int) -> dict[tuple[float, int], Sequential]:
        """Return the trained nets with so many units, by strength and seed."""
        path = folder / "members" / f"{units}-hidden.safetensors"
        lanes = [(strength, s) for strength in self.given.strengths for s in self.drawn]
        nets = read_nets(path, self._net(units, 0), len(lanes))
        return dict(zip(lanes, nets, strict=True))

    def verdict(self, members: Members) -> str:
        """Say what regularisation does for the largest net."""
        units, weakest = max(self.given.units), min(self.given.strengths)
        tested = self.spreads(members)
        mine = {s: tested[row] for row, (n, s) in self.cells.items() if n == units}
        strength = max(mine, key=lambda s: mine[s].mean)
        if strength == weakest:
            return f"{units} hidden units do best with λ = {weakest:g}, the weakest."
        more = is_above(mine[strength], mine[weakest], self.examples)
        return (
            f"{units} hidden units: {mine[strength]} of the test points with "
            f"λ = {strength:g}, {mine[weakest]} with λ = {weakest:g}; that is "
            f"{'more' if more else 'less'} than the spread of the seeds."
        )

    def sections(self, folder: Path, members: Members) -> list[Section]:
        """Show the regions of every net in one grid, and the accuracies."""
        names = "train_accuracy", "test_accuracy"
        learned, tested = (self.spreads(members, name) for name in names)
        rows = [
            [str(units), f"{strength:g}", str(learned[row]), str(tested[row])]
            for row, (units, strength) in self.cells.items()
            if row in tested
        ]
        head = ("hidden units", "λ", "training accuracy", "test accuracy")
        spread = f"{self.seeds} seeds, each with other points and other weights. {RULE}"
        grid = self._grid(folder, members)
        return [
            Section("The plane as each net sees it", self._prose(), [grid]),
            Section("How good they are", spread, (), Table(head, rows)),
        ]

    def _prose(self) -> str:
        """Say what the pictures show."""
        given = self.given
        return (
            f"Nets with one hidden layer ({given.activation}) on {given.count} points, "
            f"with seed {given.seed}. From top to bottom: more neurons, more capacity. "
            "From left to right: stronger regularisation, λ/2 times the sum of the "
            "squared weights. Discs and squares are the two classes; where the colour "
            "is stronger, the net is at least 95 % sure. Below: how many of the points "
            f"that it learned from are right, and how many of {_TESTED:,} others."
        )

    def _grid(self, folder: Path, members: Members) -> Any:
        """Draw the regions of the first seed's nets."""
        given = self.given
        first = [m.values for m in members if m.seed == given.seed]
        told = {(values["units"], values["strength"]): values for values in first}
        units = [n for n in given.units if (n, given.strengths[0]) in told]
        train, _ = self.drawn[given.seed]
        places = (train.images + _EDGE) / (2 * _EDGE)

        def picture(net: Sequential, values: Mapping[str, Any]) -> Region:
            return Region(_first(net), places, train.labels, _caption(values))

        grid = [
            [
                picture(nets[strength, given.seed], told[n, strength])
                for strength in given.strengths
            ]
            for n, nets in ((n, self.nets(folder, n)) for n in units)
        ]
        return regions(
            grid,
            rows=[f"{n} hidden" for n in units],
            columns=[f"λ = {strength:g}" for strength in given.strengths],
            title=f"Decision regions: {given.data}",
        )


def write_nets(path: Path, nets: Sequence[Sequential]) -> None:
    """Write nets of one structure, each array with an axis of nets.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    names = flatten(nets[0])[1].paths()
    arrays = zip(*(flatten(net)[0] for net in nets), strict=True)
    stacked = {n: np.stack(parts) for n, parts in zip(names, arrays, strict=True)}
    write_whole(path, as_tensors(stacked, {"format": 1, "nets": len(nets)}))


def read_nets(path: Path, like: Sequential, count: int) -> list[Sequential]:
    """Return the nets of a file that `write_nets` wrote.

    Raises
    ------
    RunError
        If it cannot be read, or holds anything else.
    """
    leaves, tree = flatten(like)
    names = list(tree.paths())
    expected = {
        name: np.broadcast_to(leaf, (count, *leaf.shape))
        for name, leaf in zip(names, leaves, strict=True)
    }
    file = read_tensors(path, _KIND, largest=2**28)
    file.compare(expected)
    arrays = file.arrays()
    return [unflatten(tree, [arrays[name][k] for name in names]) for k in range(count)]


def _scaled(places: Array) -> Array:
    return places.astype(np.float32) * _SCALE


def _accuracy(net: Sequential, part: Dataset) -> float:
    scores = np.asarray(net(_scaled(part.images)))
    return float((scores.argmax(axis=1) == part.labels).mean())


def _first(net: Sequential) -> Array:
    """Return the probability of the first class on a lattice, the top row first."""
    middles = (np.arange(_LATTICE) + 0.5) / _LATTICE * 2 * _EDGE - _EDGE
    x, y = np.meshgrid(middles, middles[::-1])
    scores = np.asarray(net(_scaled(np.stack([x.ravel(), y.ravel()], axis=1))))
    return softmax(scores)[:, 0].reshape(_LATTICE, _LATTICE)


def _caption(values: Mapping[str, Any]) -> str:
    right = percent(values["train_accuracy"]), percent(values["test_accuracy"])
    return f"{right[0]} · {right[1]}"
