"""Reductions: a function of all elements along axes, with one number as the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubel.errors import ShapeError
from hubel.gates._chain import chain
from hubel.gates._sum import reduced_shape, restore_axes, sum_over
from hubel.gates.define import define, result_dtype
from hubel.graph.node import Gate, Rule, Spec
from hubel.graph.registry import Value


class Reduced(Rule):
    """One partial per element: ``partial(out, x, axis)`` is d(out)/d(element).

    ``out`` comes with its reduced axes restored, ready to broadcast against x.
    """

    __slots__ = ("partial",)

    def __init__(
        self, partial: Callable[[Value, Value, tuple[int, ...]], Value]
    ) -> None:
        self.partial = partial

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Spread the upstream gradient and multiply it by the partials."""
        x, axis = args[0], params["axis"]
        partial = self.partial(restore_axes(out, x, axis), x, axis)
        return chain(restore_axes(g, x, axis), partial)

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Multiply the tangent by the partials and add up."""
        x, axis = args[0], params["axis"]
        partial = self.partial(restore_axes(out, x, axis), x, axis)
        keepdims = params.get("keepdims", False)
        return sum_over(chain(t, partial), axis=axis, keepdims=keepdims)


def reduction(
    name: str,
    reduce: Callable[..., Any],
    rule: Rule,
    *,
    empty: bool = True,
    weight: float = 1.0,
    convention: str = "",
    native: Callable[..., Value] | None = None,
) -> Gate:
    """Define a gate that reduces axes.

    Parameters
    ----------
    name : str
        The gate's name.
    reduce : callable
        ``reduce(x, axis=axes, keepdims=False, out=None)``, such as ``np.add.reduce``.
    rule : Rule
        How it is differentiated.
    empty : bool
        Whether no elements have a result.
    weight : float
        Operations per element.
    convention : str
        Which derivative stands at ties and kinks.
    native : callable, optional
        The fact of that name.
    """

    def forward(
        x: Value, axis: tuple[int, ...], keepdims: bool = False, out: Any = None
    ) -> Any:
        return reduce(x, axis=axis, keepdims=keepdims, out=out)

    def infer(x: Spec, axis: tuple[int, ...], keepdims: bool = False) -> Spec:
        shape = reduced_shape(x.shape, axis, keepdims)
        if not empty and 0 not in shape and 0 in x.shape:
            raise ShapeError(
                f"there is no {name} of no elements, axis {axis} of {x.shape}",
                remedy="give initial=, or leave empty arrays out",
            )
        return Spec(shape, result_dtype(one_axis, (x.dtype,), (False,)))

    def one_axis(x: Value) -> Any:
        return reduce(x, axis=(0,), keepdims=False, out=None)

    return define(
        name,
        forward,
        infer,
        rule,
        kind="reduction",
        fills=True,
        operations=lambda node: weight * node.inputs[0].size,
        convention=convention,
        native=native,
    )
