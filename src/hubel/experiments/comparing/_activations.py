"""The lecture's six activations at equal size, and what each does to the gradient."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from hubel.errors import OptionError
from hubel.experiments._events import TrainResult
from hubel.experiments._settings import TrainSettings
from hubel.experiments.comparing._experiment import Members
from hubel.experiments.comparing._flow import flow, slopes
from hubel.experiments.comparing._images import ImageExperiment, Variants
from hubel.experiments.comparing._parts import (
    accuracy_section,
    learning_section,
    nets_section,
    rows_of,
    settings_section,
)
from hubel.nn import ACTIVATIONS
from hubel.view import Markup, Section, Table, curves
from hubel.view._written import percent, short, words

_REACH = 4.0
_TIMES = ("start", "end")


class Activations(ImageExperiment):
    """Nets of equal shape, with one activation each."""

    title = "Six activations"
    quick: ClassVar = {"images": 2000, "hidden": (50, 50, 50), "epochs": 15}
    varied: ClassVar = ("activation",)

    @property
    def variants(self) -> Variants:
        """A net for each activation."""
        if not self.common.hidden:
            raise OptionError(
                "a linear classifier has no activation", remedy="Give hidden layers."
            )
        return {
            words(name): replace(self.common, activation=name) for name in ACTIVATIONS
        }

    def measured(self, settings: TrainSettings, result: TrainResult) -> dict[str, Any]:
        """Measure the gradients before the first step and after the last one."""
        task = self.task(settings)
        config = task.settings.config()
        nets = (task.net, result.net)
        return {
            f"flow_{time}": flow(net, task.train, config)
            for time, net in zip(_TIMES, nets, strict=True)
        }

    def sections(self, folder: Path, members: Members) -> list[Section]:
        """Show accuracies, curves, gradients, and the functions themselves."""
        del folder
        prose = (
            "Every net has the same numbers of neurons, the same learning rate and the "
            "same epochs; another learning rate may suit one of them better. A maxout "
            "neuron is the larger of two, so that it has twice the parameters."
        )
        sound = [m for m in members if m.values["test_accuracy"] is not None]
        return [
            accuracy_section(self, members, prose=prose),
            learning_section(members),
            *([_gradients(sound), _flat(sound)] if sound else []),
            _functions(),
            settings_section(self),
            nets_section(members),
        ]


def _gradients(members: Members) -> Section:
    """Draw how large the gradients are in each hidden layer."""
    figures: list[Markup] = []
    for time in _TIMES:
        lines: dict[str, tuple[list[float], list[float]]] = {}
        for row in rows_of(members):
            sizes = _sizes(members, row, time, "gradient")
            layers = [float(k + 1) for k in range(sizes.shape[1])]
            lines[row] = (layers, np.exp(np.log(sizes).mean(axis=0)).tolist())
        title = "Before training" if time == "start" else "After training"
        figures.append(
            curves(
                lines,
                x_label="hidden layer",
                title=f"Gradient: {title.lower()}",
                log_y=True,
                width=500,
                height=320,
            )
        )
    prose = (
        "The gradient of an example's loss by what comes into the activation of each "
        "hidden layer: its root mean square on 500 training images, the geometric mean "
        "over the seeds. A line that falls to the left is a gradient that vanishes on "
        "its way back to the first layer."
    )
    return Section("What comes back", prose, figures)


def _flat(members: Members) -> Section:
    """List saturated and dead neurons, and how much of the gradient comes back."""
    body: list[list[str]] = []
    for row in rows_of(members):
        cells = [row]
        for name in ("saturated", "dead"):
            for time in _TIMES:
                cells.append(percent(float(_sizes(members, row, time, name).mean())))
        for time in _TIMES:
            size = _sizes(members, row, time, "gradient")
            cells.append(short(float(np.exp(np.log(size[:, 0] / size[:, -1]).mean()))))
        body.append(cells)
    head = [""]
    for name in ("saturated", "dead", "first / last layer"):
        head += [f"{name}, before", "after"]
    prose = (
        "Saturated: where the slope is below 5 % of the greatest one, as a share of "
        "neurons and images; a ReLU is so wherever it gives 0. Dead: neurons for which "
        "that is so for each of 500 images; nothing comes back through them. First / "
        "last layer: how large the gradient is in the first hidden layer, over the "
        "last one."
    )
    return Section("Saturated and dead", prose, (), Table(head, body))


def _sizes(members: Members, row: str, time: str, name: str) -> Any:
    """Return a measurement, by seed and hidden layer; never exactly 0."""
    found = [
        [layer[name] for layer in m.values[f"flow_{time}"]]
        for m in members
        if m.row == row
    ]
    least = np.finfo(np.float32).tiny if name == "gradient" else 0.0
    return np.maximum(np.array(found, np.float64), least)


def _functions() -> Section:
    """Draw the six functions and their slopes."""
    x = np.linspace(-_REACH, _REACH, 161)
    values: dict[str, Any] = {}
    slope: dict[str, Any] = {}
    for name, make in ACTIVATIONS.items():
        activation, given = make(), x[:, np.newaxis]
        if name == "maxout":
            continue
        values[words(name)] = x, activation(given)[:, 0]
        slope[words(name)] = x, slopes(activation, given)[:, 0]
    figures = [
        curves(lines, x_label="x", title=title, width=500, height=320)
        for lines, title in ((values, "The functions"), (slope, "Their slopes"))
    ]
    prose = (
        "A neuron multiplies the gradient that comes back by its slope. Maxout is not "
        "drawn: it is the larger of two linear functions, which are learned."
    )
    return Section("The functions", prose, figures)
