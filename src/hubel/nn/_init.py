"""Initial weights: how large, so that signals neither fade nor grow on their way.

Each initialiser takes a random generator and the shape (in, out); numbers are drawn in
float64, so that a float32 net starts at the rounded values of its float64 twin.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError
from hubel.nn._module import Array, Module
from hubel.streams import stream

Initializer = Callable[[np.random.Generator, tuple[int, int]], Array]


def fan_in(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw normal numbers of variance 1/in (LeCun et al. 1998, section 4.6)."""
    return generator.standard_normal(shape) * math.sqrt(1 / shape[0])


def he(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw normal numbers of variance 2/in (He et al. 2015, equation 10).

    For ReLU and its family, which let half of the signal through.
    """
    return generator.standard_normal(shape) * math.sqrt(2 / shape[0])


def glorot(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw uniform numbers of variance 2/(in + out) (Glorot & Bengio 2010, eq. 16)."""
    limit = math.sqrt(6 / sum(shape))
    return generator.uniform(-limit, limit, shape)


def small(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw a hundredth of :func:`fan_in`.

    For the layer that gives the scores: a net then starts out undecided, with a loss
    of log(k) for k classes, and keeps no noise in directions that data do not have.
    """
    return 0.01 * fan_in(generator, shape)


INITIALIZERS: dict[str, Initializer] = {
    "fan_in": fan_in,
    "glorot": glorot,
    "he": he,
    "small": small,
}
"""Every initialiser by the name that options use."""


def find_initializer(init: str | Initializer) -> Initializer:
    """Return the initialiser of a name; a function is itself."""
    if not isinstance(init, str):
        return init
    if init not in INITIALIZERS:
        raise OptionError(
            f"there is no initialiser {init!r}",
            remedy=f"Choose one of {', '.join(INITIALIZERS)}.",
        )
    return INITIALIZERS[init]


def initialize(module: Module, seed: int, *position: int) -> Any:
    """Return the module with every parameter drawn anew.

    Parameters
    ----------
    module : Module
        Says of what shapes and by which initialisers. Fixed arrays stay.
    seed : int
        With the position of each layer, decides the numbers.
    *position : int
        Where the module stands in a larger one.

    Returns
    -------
    Module
        A new module of the same structure.

    Raises
    ------
    OptionError
        If a module has parameters and its ``initial`` does not draw them.

    Examples
    --------
    >>> from hubel.nn import Linear, Sequential, Tanh
    >>> net = Sequential(Linear(2, 3), Tanh(), Linear(3, 1))
    >>> a, b = initialize(net, 7), initialize(net, 7)
    >>> bool((a[0].weight == b[0].weight).all())
    True
    """
    return _drawn(module, seed, position)


def _drawn(value: Any, seed: int, position: tuple[int, ...]) -> Any:
    """Redraw the modules in a value; containers number what they hold."""
    if isinstance(value, Module):
        return _drawn_module(value, seed, position)
    if isinstance(value, list | tuple):
        held = cast("list[Any]", value)
        parts = [_drawn(v, seed, (*position, i)) for i, v in enumerate(held)]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value).items()
        return {k: _drawn(v, seed, (*position, i)) for i, (k, v) in enumerate(entries)}
    if value is None:
        return None
    raise OptionError(
        "a module holds parameters that its method initial does not draw",
        remedy="Let initial return a new array for each field of parameters.",
    )


def _drawn_module(module: Module, seed: int, position: tuple[int, ...]) -> Module:
    """Redraw a module's own arrays, then the modules in its fields."""
    fields = dataclasses.fields(cast(Any, module))
    changed: dict[str, Any] = module.initial(stream(seed, "init", *position))
    for index, each in enumerate(fields):
        held = each.metadata.get("static") or each.metadata.get("role") == "fixed"
        if not held and each.name not in changed:
            value = getattr(module, each.name)
            changed[each.name] = _drawn(value, seed, (*position, index))
    return module.replace(**changed)
