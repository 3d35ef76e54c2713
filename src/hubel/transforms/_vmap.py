"""One example at a time in the code, all examples at once in the computation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

import numpy as np

from hubel.derive.batch import sweep
from hubel.errors import OptionError, ShapeError
from hubel.gates.define import dtype_of, ndim_of, shape_of
from hubel.graph.node import Node, Spec, describe, spec_of
from hubel.graph.walk import topological_order
from hubel.tracing.program import argument_names, is_number
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import Tree, flatten, map_leaves, unflatten
from hubel.transforms.axes import Axes, spread_axes
from hubel.transforms.fresh import fresh

Value = Any


def vmap(f: Callable[..., Any], in_axes: Axes = 0, out_axes: Axes = 0) -> Any:
    """Make the function that applies ``f`` to many examples at once.

    Parameters
    ----------
    f : callable
        A function of one example, written in NumPy, of arrays or trees of them.
    in_axes : int, None, or sequence or tree of them
        Along which axis each positional argument has its examples; None for an argument
        that is the same for all. One for all arguments, or a sequence with one for each
        argument, each of which may be a container like the argument: ``({"w": None,
        "b": 0}, 0)``. Keyword arguments are the same for all examples.
    out_axes : int, None, or tree of them
        Along which axis the results are laid; None where all examples have the same.

    Returns
    -------
    callable
        Takes what ``f`` takes, with the axis of the examples in addition.

    Raises
    ------
    ShapeError
        If an argument lacks the axis, or two count different examples.
    OptionError
        If ``in_axes`` does not fit the arguments, or ``out_axes`` the result.

    Notes
    -----
    ``f`` runs once, on values that stand for every example: a Python branch on one is
    an error that names ``np.where``. Every gate has a rule for batches, or is applied
    to one example after the other.

    Examples
    --------
    The gradient of each example's own loss:

    >>> import numpy as np
    >>> from hubel.transforms import grad
    >>> loss = lambda w, x, y: (x @ w - y) ** 2
    >>> x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0])
    >>> vmap(grad(loss), in_axes=(None, 0, 0))(np.ones(2), x, y)
    array([[ 4.,  8.],
           [30., 40.]])
    """

    @wraps(f)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        given = _examples(f, in_axes, args, kwargs)
        result = given.record(f, kwargs)
        outputs, tree = flatten(result)
        axes = spread_axes(out_axes, tree, "out_axes")
        found = given.evaluate(outputs)
        laid = [_laid(*each, given.size) for each in zip(*found, axes, strict=True)]
        return unflatten(tree, fresh(laid, given.leaves))

    return mapped


@dataclass(frozen=True, slots=True)
class _Examples:
    """The arguments of one call.

    Attributes
    ----------
    leaves : list
        Those that are batches have the examples along their first axis.
    batched : list of bool
        Which leaves are batches.
    tree : Tree
        The structure of the positional arguments.
    size : int
        The number of examples.
    values : dict of Node to value
        The nodes that stand for one example of each batch, once it is recorded.
    """

    leaves: list[Value]
    batched: list[bool]
    tree: Tree
    size: int
    values: dict[Node, Value]

    def record(self, f: Callable[..., Any], kwargs: dict[str, Any]) -> Any:
        """Run the function on values that stand for one example each."""
        with Trace(with_values=False) as trace:
            lifted: list[Value] = []
            for leaf, batched in zip(self.leaves, self.batched, strict=True):
                if not batched:
                    lifted.append(leaf)
                    continue
                one = trace.input(Spec(shape_of(leaf)[1:], dtype_of(leaf)))
                self.values[one.node] = leaf
                lifted.append(one)
            result = f(*unflatten(self.tree, lifted), **kwargs)
            return map_leaves(partial(_own, trace), result)

    def evaluate(self, outputs: list[Value]) -> tuple[list[Value], list[bool]]:
        """Compute what was recorded for all examples; say which results differ."""
        batched = set(self.values)
        nodes = topological_order([x for x in outputs if isinstance(x, Node)])
        sweep(nodes, self.values, batched, self.size)
        values = [self.values[x] if isinstance(x, Node) else x for x in outputs]
        return values, [isinstance(x, Node) and x in batched for x in outputs]


def _own(trace: Trace, leaf: Value) -> Value:
    """Give the node behind a handle of the trace; others stay."""
    own = isinstance(leaf, Traced) and leaf.recorder is trace
    return leaf.node if own else leaf


def _examples(
    f: Callable[..., Any], in_axes: Axes, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> _Examples:
    """Bring the axis of the examples to the front, and count them."""
    leaves, tree = flatten(args)
    axes = spread_axes(in_axes, tree, "in_axes")
    fronted: list[Value] = []
    sizes: dict[int, str] = {}  # the number of examples -> an argument that has it
    for leaf, axis, path in zip(leaves, axes, tree.paths(), strict=True):
        if axis is None or not is_number(leaf):
            fronted.append(leaf)
            continue
        name = _name(f, args, kwargs, path)
        fronted.append(_fronted(leaf, axis, name))
        sizes.setdefault(shape_of(fronted[-1])[0], name)
    if len(sizes) != 1:
        raise _miscounted(sizes)
    batched = [
        axis is not None and is_number(leaf)
        for leaf, axis in zip(leaves, axes, strict=True)
    ]
    return _Examples(fronted, batched, tree, next(iter(sizes)), {})


def _name(
    f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], path: str
) -> str:
    """Write where a leaf is among the arguments, such as ``params.w``."""
    first, dot, rest = path.partition(".")
    return argument_names(f, args, kwargs)[int(first)] + dot + rest


def _fronted(leaf: Value, axis: int, name: str) -> Value:
    """Bring the examples to the first axis."""
    ndim = ndim_of(leaf)
    if not -ndim <= axis < ndim:
        raise ShapeError(
            f"{name} is {describe(spec_of(leaf))}: it has no axis {axis} of examples",
            remedy="name another axis in in_axes, or None if it is the same for all",
        )
    return leaf if axis == 0 else np.moveaxis(leaf, axis, 0)


def _miscounted(sizes: dict[int, str]) -> ShapeError:
    """Make the error of arguments that do not say how many examples there are."""
    if not sizes:
        return ShapeError(
            "no argument has an axis of examples",
            remedy="give an axis in in_axes for one of them at least",
        )
    listed = ", ".join(f"{name} has {size}" for size, name in sizes.items())
    return ShapeError(
        f"the arguments have different numbers of examples: {listed}",
        remedy="give them equally many, or None in in_axes to what is the same for all",
    )


def _laid(value: Value, batched: bool, axis: int | None, size: int) -> Value:
    """Lay the examples of a result along an axis."""
    if not is_number(value) or (axis is None and not batched):
        return value
    if axis is None:
        raise OptionError(
            "out_axes=None for a result that differs from example to example",
            remedy="give the axis along which the results are laid",
        )
    if not batched:
        value = np.broadcast_to(value, (size, *shape_of(value)))
    ndim = ndim_of(value)
    if not -ndim <= axis < ndim:
        raise OptionError(f"out_axes={axis} for a result with {ndim} axes")
    return value if axis == 0 else np.moveaxis(value, 0, axis)
