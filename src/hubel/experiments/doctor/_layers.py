"""The layers: what goes in, what comes out, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.experiments.doctor._case import Array, Case
from hubel.experiments.doctor._finding import (
    Chart,
    Finding,
    Findings,
    at_most,
    finding,
    within,
)
from hubel.nn import Frozen, Linear, Module, ReLU, Sequential, Sigmoid, Tanh
from hubel.transforms.gradients import grad

_FLAT = 0.05
"""An activation is saturated where its slope is below this share of its greatest."""
_LINES, _BINS = 6, 41


@dataclass(frozen=True, eq=False)
class Signal:
    """What a layer took and gave for the sample, and the gradient of the output.

    Attributes
    ----------
    gradient : array
        Of the sum of the losses of the examples, shaped like the output; empty where
        the output is not floating.
    """

    path: str
    layer: Module
    taken: Array
    given: Array
    gradient: Array


def check_layers(case: Case) -> Findings:
    """Look at the numbers inside the net."""
    signals = measure(case)
    yield from _input(signals)
    for signal in signals:
        yield from _activation(signal)
    yield from _through(signals)
    yield from _histograms(signals)


def measure(case: Case) -> list[Signal]:
    """Send the sample through the net, and its loss back."""
    layers = list(_flatten("", case.net))
    images, labels = case.sample
    values: list[Any] = [images]
    for _, layer in layers:
        values.append(layer(values[-1]))
    floating = [np.asarray(value).dtype.kind == "f" for value in values[1:]]
    probes = [
        np.zeros_like(v) if f else np.zeros(0)
        for v, f in zip(values[1:], floating, strict=True)
    ]

    def objective(probes: list[Any]) -> Any:
        # What is added to an output, as 0, has the gradient of the output.
        x: Any = images
        for (_, layer), probe, moved in zip(layers, probes, floating, strict=True):
            x = layer(x) + probe if moved else layer(x)
        return case.loss(x, labels) * len(labels)

    back = grad(objective)(probes)
    return [
        Signal(path, layer, *parts)
        for (path, layer), *parts in zip(
            layers, values[:-1], values[1:], back, strict=True
        )
    ]


def _flatten(path: str, module: Module) -> Any:
    """Give the layers of nested containers; another module is one layer."""
    if isinstance(module, Sequential):
        for k, layer in enumerate(module):
            yield from _flatten(f"{path}layers.{k}.", layer)
    elif isinstance(module, Frozen):
        yield from _flatten(f"{path}inner.", module.inner)
    else:
        yield path.rstrip(".") or "the net", module


def _input(signals: list[Signal]) -> Findings:
    """Look at what the first layer with weights takes."""
    first = next((s for s in signals if s.layer.parameters()), None)
    if first is None:
        return
    taken = first.taken.astype(np.float64)
    mean, spread = float(taken.mean()), float(taken.std())
    verdict = within(spread, (0.1, 10), (0.01, 30))
    if verdict == "pass" and abs(mean) > spread:
        verdict = "warn"
    if abs(mean) > 10:
        verdict = "fail"
    yield finding(
        f"spread of the input of {first.path}",
        spread,
        verdict,
        "0.1 to 10, and a mean between minus and plus that",
        f"The input has mean {mean:.3g} and standard deviation {spread:.3g}: begin "
        "the net with nn.Normalize.of(images).",
    )
    each = taken.reshape(len(taken), -1).std(axis=0)
    varying = each[each > 0]
    ratio = float(varying.max() / np.median(varying)) if varying.size else np.nan
    yield finding(
        f"largest spread of one input of {first.path}, over the median",
        ratio,
        at_most(ratio, 30, 1000),
        "at most 30",
        "Inputs of very different scales need different learning rates: begin with "
        'nn.Normalize.of(images, per="pixel").',
    )


def _activation(signal: Signal) -> Findings:
    """Count saturated outputs, or neurons that are never active."""
    if isinstance(signal.layer, ReLU):
        idle = (signal.given <= 0).reshape(len(signal.given), -1).all(axis=0)
        yield _judged_share("dead ReLUs", signal.path, float(idle.mean()), _DEAD)
    elif isinstance(signal.layer, Sigmoid):
        slope = 4 * signal.given * (1 - signal.given)
        share = float((slope < _FLAT).mean())
        yield _judged_share("saturated sigmoids", signal.path, share, _SATURATED)
    elif isinstance(signal.layer, Tanh):
        share = float((1 - signal.given**2 < _FLAT).mean())
        yield _judged_share("saturated tanhs", signal.path, share, _SATURATED)


_DEAD = (
    0.1,
    0.4,
    "Neurons that are 0 for every example never learn: start biases at 0, use "
    'init="he", a smaller learning rate, or leaky ReLUs.',
)
_SATURATED = (
    0.2,
    0.5,
    "Where the curve is flat no gradient comes back: use smaller initial weights "
    '(init="glorot"), and normalise the input.',
)


def _judged_share(
    kind: str, path: str, share: float, limits: tuple[float, float, str]
) -> Finding:
    good, bearable, advice = limits
    verdict = at_most(share, good, bearable)
    return finding(f"{kind} in {path}", share, verdict, f"at most {good}", advice)


def _through(signals: list[Signal]) -> Findings:
    """Compare the first hidden layer with the last one, forward and backward."""
    hidden = [s for s in signals if isinstance(s.layer, Linear)][:-1]
    if not hidden:
        return
    first, last = hidden[0], hidden[-1]
    back = float(np.sqrt(np.mean(np.square(first.gradient, dtype=np.float64))))
    yield finding(
        f"gradient of the output of {first.path}",
        back,
        "pass" if 1e-8 < back < 1e4 else "fail",
        "1e-08 to 1e+04 for an example",
        "No usable gradient comes back to the first hidden layer: look at saturated "
        "and dead neurons, and at the scale of the weights.",
    )
    if len(hidden) < 2:
        return
    ratios = {
        "forward": np.std(last.given) / np.std(first.given),
        "backward": np.std(first.gradient) / np.std(last.gradient),
    }
    for way, ratio in ratios.items():
        yield finding(
            f"signal through the hidden layers, {way}",
            float(ratio),
            within(float(ratio), (0.05, 20), (1e-3, 1e3)),
            "0.05 to 20",
            f"Signals {'vanish' if ratio < 1 else 'explode'} from layer to layer: use "
            'init="he" for ReLUs, "glorot" for tanh, and fewer sigmoids.',
        )


def _histograms(signals: list[Signal]) -> Findings:
    """Draw how the outputs of each layer are distributed."""
    kinds = (Linear, ReLU, Sigmoid, Tanh)
    shown = [s for s in signals if isinstance(s.layer, kinds)]
    lines = {f"{s.path} {type(s.layer).__name__}": s.given for s in shown[:_LINES]}
    for name, given in lines.items():
        known = given[np.isfinite(given)].astype(np.float64)
        if not known.size:
            continue
        counts, edges = np.histogram(known, _BINS)
        x = ((edges[1:] + edges[:-1]) / 2).tolist()
        y = (counts / known.size).tolist()
        yield Chart(
            section="What the layers give",
            prose="The share of outputs of each size, over a sample of the examples.",
            title=f"Outputs of {name}",
            x_label="output",
            lines={"share": (x, y)},
        )
