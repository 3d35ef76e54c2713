"""Call the student's functions with their own kinds of arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError
from hubel.tracing.program import argument_names
from hubel.tracing.tree import flatten, map_leaves, unflatten

Function = Callable[..., Any]
ARRAY: Any = np.ndarray
FLOATS: Any = (np.ndarray, np.floating)
VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Plain(np.ndarray[Any, Any]):
    """An array that is not traced, whose ``dot`` looks at its argument first."""

    def dot(self, b: Any, out: Any = None) -> Any:
        """Mean ``np.dot``, which sees that the other operand is traced."""
        return np.dot(self, b)

    def __array_wrap__(
        self, array: Any, context: Any = None, return_scalar: bool = False
    ) -> Any:
        return array[()] if return_scalar else array.view(Plain)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the student's functions are called with, in float64.

    Attributes
    ----------
    inputs : dict of str to value
        Arguments of the forward function.
    positional : bool
        Whether they go by position.
    params : dict or None
        The student's own dict of parameters, whose entries are replaced for a call.
    """

    inputs: dict[str, Any]
    positional: bool
    params: dict[str, Any] | None

    def named(self) -> dict[str, Any]:
        """Return every number and array by its name, such as ``W1``.

        An array inside a container is called by its key, if no other one is.
        """
        leaves, tree = flatten([self.inputs, self.params or {}])
        paths = [path.partition(".")[2] for path in tree.paths()]
        last = [path.rpartition(".")[2] for path in paths]
        names = [
            b if last.count(b) == 1 else a for a, b in zip(paths, last, strict=True)
        ]
        return dict(zip(names, leaves, strict=True))

    def replaced(self, new: Mapping[str, Any]) -> Setting:
        """Return the setting with other values for some names."""
        names = list(self.named())
        leaves, tree = flatten([self.inputs, self.params or {}])
        named = zip(names, leaves, strict=True)
        inputs, params = unflatten(tree, [new.get(n, leaf) for n, leaf in named])
        return Setting(inputs, self.positional, params if self.params else None)

    def call(self, f: Function) -> Any:
        """Call the forward function."""
        return f(*self.inputs.values()) if self.positional else f(**self.inputs)


def setting(
    forward: Function,
    inputs: Mapping[str, Any] | Sequence[Any] | None,
    params: dict[str, Any] | None,
) -> Setting:
    """Put together what the forward function is called with."""
    if params is None:
        held = getattr(getattr(forward, "__self__", None), "params", None)
        params = cast("dict[str, Any]", held) if isinstance(held, dict) else None
    if isinstance(inputs, Mapping):
        given, positional = dict(inputs), False
    else:
        values = tuple(inputs or ())
        names = argument_names(forward, values, {})
        given, positional = dict(zip(names, values, strict=True)), True
    inputs, params = map_leaves(_double, (given, params))
    return Setting(cast("dict[str, Any]", inputs), positional, params)


def _double(value: Any) -> Any:
    """Copy floating numbers to float64."""
    if isinstance(value, FLOATS) and value.dtype.kind == "f":
        return np.array(value, np.float64)[()]
    return value.copy() if isinstance(value, ARRAY) else value


@contextmanager
def lent(
    forward: Function, own: dict[str, Any] | None, params: dict[str, Any] | None
) -> Generator[None]:
    """Let the student's object work on other parameters, and put it back as it was.

    NumPy's global random numbers start from the same state at every call.
    """
    state = np.random.get_state()  # noqa: NPY002  the student's own use of it
    owner = getattr(forward, "__self__", None)
    attributes: dict[str, Any] = getattr(owner, "__dict__", {})
    before, values = dict(attributes), dict(own or {})
    if own is not None and params is not None:
        own.update(params)
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        for held, kept in ((attributes, before), (own, values)):
            if held is not None:
                held.clear()
                held.update(kept)


def call_backward(
    backward: Function, known: Mapping[str, Any], cache: Any, upstream: Any
) -> Any:
    """Call the backward function: what it asks for by name, and what forward kept.

    Parameters
    ----------
    backward : callable
        Parameters that are called like an input or a stage get its value; one other
        parameter gets ``cache``; of two others the first gets the upstream gradient.
    known : mapping of str to value
        Inputs and stages.
    cache : value
        What the forward function returned beside its result.
    upstream : array or None
        The gradient of the loss with respect to a result that is not a scalar.
    """
    wanted = inspect.signature(backward).parameters.values()
    other = [
        p.name
        for p in wanted
        if p.name not in known and p.default is p.empty and p.kind not in VARIABLE
    ]
    if len(other) > 2:
        raise OptionError(
            f"the backward function takes {', '.join(other)}, which are neither inputs "
            "nor stages",
            remedy="let it take what forward returned as one parameter, and others by "
            "the names of inputs and stages",
        )
    one = cache if upstream is None else upstream
    given = [one] if len(other) == 1 else [1.0 if upstream is None else upstream, cache]
    filled = dict(zip(other, given, strict=False))
    named = {p.name: known[p.name] for p in wanted if p.name in known}
    return backward(**filled, **named)
