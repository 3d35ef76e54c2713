"""The public face of the engine: graphs, derivatives, compiled functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hubel.derive.own import Gate
from hubel.transforms import later
from hubel.transforms.arrays import array, zeros
from hubel.transforms.compiled import compile
from hubel.transforms.gradients import grad, jvp, stop_gradient, value_and_grad, vjp
from hubel.transforms.graph import Graph

if TYPE_CHECKING:
    from hubel.transforms.later import *  # noqa: F403

__all__ = [
    "Gate",
    "Graph",
    "array",
    "compile",
    "grad",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
    "zeros",
]


def __getattr__(name: str) -> Any:
    if name not in later.__all__:
        raise AttributeError(f"module 'hubel.transforms' has no attribute {name!r}")
    found = globals()[name] = later.load(name)
    return found
