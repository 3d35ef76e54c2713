"""What an activation does to the gradient: where it is flat, and what comes back."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from hubel.data import Dataset
from hubel.experiments.doctor._case import open_case
from hubel.experiments.doctor._layers import Signal, measure
from hubel.nn import ACTIVATIONS, Linear, Maxout, Sequential, Sigmoid, TrainConfig
from hubel.transforms import grad

Array = np.ndarray[Any, np.dtype[Any]]
FLAT = 0.05
"""A neuron is saturated where its slope is below this share of the greatest one."""


def flow(net: Sequential, data: Dataset, config: TrainConfig) -> list[dict[str, float]]:
    """Measure each hidden layer on a sample of the examples, the first layer first.

    Returns
    -------
    list of dict
        ``gradient``: the root mean square of the gradient of an example's loss by what
        comes into the activation. ``saturated``: the share of neurons and examples
        where the slope is below 5 % of its greatest. ``dead``: the share of neurons
        for which that is so for every example of the sample.
    """
    signals = measure(open_case(net, data, None, config))
    kinds = tuple(type(make()) for make in ACTIVATIONS.values())
    pairs = pairwise(signals)
    return [
        _layer(before, after)
        for before, after in pairs
        if isinstance(before.layer, Linear) and isinstance(after.layer, kinds)
    ]


def _layer(linear: Signal, activation: Signal) -> dict[str, float]:
    """Measure one hidden layer."""
    slope = slopes(activation.layer, activation.taken)
    greatest = 0.25 if isinstance(activation.layer, Sigmoid) else 1.0
    flat = slope < FLAT * greatest
    back = np.square(linear.gradient, dtype=np.float64).mean()
    return {
        "gradient": float(np.sqrt(back)),
        "saturated": float(flat.mean()),
        "dead": float(flat.all(axis=0).mean()),
    }


def slopes(activation: Any, x: Array) -> Array:
    """Return the slope of each neuron; one of maxout's has the sum of its pieces'."""

    def total(x: Any) -> Any:
        return activation(x).sum()

    found = np.asarray(grad(total)(x))
    if not isinstance(activation, Maxout):
        return found
    return found.reshape(*x.shape[:-1], -1, activation.pieces).sum(axis=-1)
