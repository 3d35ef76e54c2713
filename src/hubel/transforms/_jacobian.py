"""Jacobians: operators that keep their structure, and are dense only when asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from hubel.derive.effort import Effort
from hubel.derive.full import is_full, sweeps_are_faster
from hubel.derive.local import dtype_between
from hubel.derive.stretch import one_stretch
from hubel.derive.structured import Accumulation, TooCostly
from hubel.derive.sweeps import Pair, Sweeps
from hubel.errors import OptionError
from hubel.graph.node import Node
from hubel.structure import Applied, Dense, Diagonal, Operator
from hubel.structure.arithmetic import LIMIT
from hubel.transforms.account import Account
from hubel.transforms.colored import compressed
from hubel.transforms.recording import Recording, record

Function = Callable[..., Any]
Blocks = dict[Pair, Operator]

MODES = ("auto", "forward", "reverse")
STRUCTURES = ("auto", "sparse", "dense")

_PRODUCTS = "local gradients multiply along the graph and keep their structure"


def jacobian(
    f: Function,
    argnums: int | Sequence[int] = 0,
    mode: str = "auto",
    structure: str = "auto",
) -> Function:
    """Make the function that returns the Jacobian of a function.

    Parameters
    ----------
    f : callable
        A function of arrays (or trees of arrays) written in NumPy, to an array (or a
        tree of arrays).
    argnums : int or sequence of int
        The positions of the arguments to differentiate with respect to.
    mode : str
        How sweeps go, where any are needed: ``forward``, one for each element of the
        arguments; ``reverse``, one for each element of the result; ``auto``, what takes
        fewer operations, counted on the graph.
    structure : str
        ``auto``: local gradients are multiplied along the graph with their structure,
        as long as that takes fewer operations than sweeps one by one, and there is no
        sweep then, unless the Jacobian is plainly full and a batch of sweeps faster;
        else a pattern with few colours is detected and its columns, or rows, of one
        colour share a sweep. ``sparse``: that way at once. ``dense``: a sweep for each
        element. A ``mode`` that is not ``auto`` asks for the last too.

    Returns
    -------
    callable
        Takes what ``f`` takes; returns a :class:`hubel.structure.Operator` of shape
        (result's size, argument's size) in C order. ``np.asarray`` turns it into an
        array of the result's shape and then the argument's; ``J @ v``, ``J.T @ u``,
        ``J.diagonal()``, ``J.tosparse()`` do with less. For trees, and for several
        ``argnums``, it is a :class:`hubel.structure.Block` of operators by the paths of
        the leaves, the argument's number first if there are several. Where more than
        8 GiB would be needed it is an operator whose products are sweeps.

    Raises
    ------
    DifferentiationError
        If an argument carries no gradient, or a complex result is not a holomorphic
        function of a complex argument.

    Notes
    -----
    Inside another transform or ``compile`` the result is the dense array (for trees the
    tree of the result, with a tree of arguments at each leaf), which is differentiated
    in turn. For a real result and a complex argument z = x + iy an entry is
    df/dx - i df/dy, as in :func:`hubel.grad`. :func:`hubel.explain` says how a Jacobian
    was found.

    Examples
    --------
    >>> import numpy as np
    >>> J = jacobian(lambda x: np.maximum(x, 0))(np.array([-1.0, 2.0, 3.0]))
    >>> J
    Diagonal(3 x 3, float64, 24 B)
    >>> J @ np.ones(3)
    array([0., 1., 1.])
    """
    _require(mode in MODES, f"mode={mode!r}", MODES)
    _require(structure in STRUCTURES, f"structure={structure!r}", STRUCTURES)

    @functools.wraps(f)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        recording = record(f, argnums, args, kwargs)
        if recording.trace.nested:
            return recording.arrays(_swept(recording.sweeps, mode, recording.effort()))
        blocks, account = _found(recording, mode, structure)
        recording.warn_if_dead(blocks)
        return recording.operator(blocks).explained(account)

    return differentiated


def jacfwd(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """Make the function that returns the Jacobian by forward sweeps.

    One sweep for each element of the arguments; see :func:`jacobian`.

    Examples
    --------
    >>> import numpy as np
    >>> np.asarray(jacfwd(lambda x: x**2)(np.array([1.0, 2.0])))
    array([[2., 0.],
           [0., 4.]])
    """
    return jacobian(f, argnums, mode="forward")


def jacrev(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """Make the function that returns the Jacobian by reverse sweeps.

    One sweep for each element of the result; see :func:`jacobian`.

    Examples
    --------
    >>> import numpy as np
    >>> np.asarray(jacrev(lambda x: x**2)(np.array([1.0, 2.0])))
    array([[2., 0.],
           [0., 4.]])
    """
    return jacobian(f, argnums, mode="reverse")


def linearize(f: Function, *args: Any) -> tuple[Any, Operator]:
    """Evaluate a function, and return its Jacobian there without writing it down.

    Parameters
    ----------
    f : callable
        A function of arrays or trees of arrays, written in NumPy.
    *args
        Its arguments; the Jacobian is with respect to all of them.

    Returns
    -------
    value
        ``f(*args)``.
    J : Operator
        With its structure where that is cheap; else an operator whose products
        ``J @ v`` and ``J.T @ u`` are sweeps through the recorded function.

    Examples
    --------
    >>> import numpy as np
    >>> y, J = linearize(np.cumsum, np.arange(3.0))
    >>> J @ np.ones(3)
    array([1., 2., 3.])
    """
    argnums = 0 if len(args) == 1 else tuple(range(len(args)))
    recording = record(f, argnums, args, {})
    if recording.trace.nested:
        effort = recording.effort()
        return recording.value, recording.arrays(
            _swept(recording.sweeps, "auto", effort)
        )
    found = None
    if not _is_complex(recording.sweeps):
        found = _structured(recording, recording.effort())
    blocks, account = found or _products(recording, "its products were asked for")
    return recording.value, recording.operator(blocks).explained(account)


def _require(known: bool, given: str, options: Sequence[str]) -> None:
    if not known:
        raise OptionError(f"{given}", remedy=f"use one of {', '.join(options)}")


def _found(recording: Recording, mode: str, structure: str) -> tuple[Blocks, Account]:
    """Find the Jacobian in the best way that is allowed."""
    effort = recording.effort()
    if mode == "auto":
        found = _shared(recording, effort, structure)
        if found is not None:
            return found
    why = _reason(effort, mode, structure)
    if 8 * effort.rows * effort.columns > LIMIT:
        return _products(recording, "its dense array would take more than 8 GiB")
    way = effort.cheaper if mode == "auto" else mode
    dense = _swept(recording.sweeps, way, effort)
    blocks: Blocks = {
        (node, source): Dense(array, node.shape, source.shape)
        for (node, source), array in dense.items()
    }
    ways = {"forward": effort.all_forward, "reverse": effort.all_reverse}
    spent = ways.pop(way)
    sweeps = effort.columns if way == "forward" else effort.rows
    return blocks, Account(way, sweeps, why, spent, ways)


def _shared(
    recording: Recording, effort: Effort, structure: str
) -> tuple[Blocks, Account] | None:
    """Find the Jacobian in less than a sweep for each element, if there is a way."""
    sweeps = recording.sweeps
    if structure == "auto" and len(sweeps.inputs) == len(sweeps.outputs) == 1:
        found = _elementwise(sweeps, effort)
        if found is not None:
            return found
    if structure == "dense" or _is_complex(sweeps):
        return None
    if structure == "sparse":
        return compressed(sweeps, effort, asked=True)
    if min(effort.rows, effort.columns) == 1 < max(effort.rows, effort.columns):
        return None
    if _is_plainly_dense(sweeps, effort):
        return None
    found = _structured(recording, effort)
    return found or compressed(sweeps, effort, asked=False)


def _is_plainly_dense(sweeps: Sweeps, effort: Effort) -> bool:
    """Whether there is no structure to be found, and sweeps are the faster way."""
    full = len(sweeps.inputs) == 1 and is_full(
        sweeps.flow, sweeps.inputs[0], sweeps.outputs
    )
    return full and sweeps_are_faster(sweeps.flow, effort)


def _is_complex(sweeps: Sweeps) -> bool:
    nodes = [*sweeps.nodes, *sweeps.inputs, *sweeps.outputs]
    return any(node.dtype.kind == "c" for node in nodes)


def _reason(effort: Effort, mode: str, structure: str) -> str:
    """Say why there are sweeps, and why they go as they do."""
    if mode != "auto":
        return f"mode={mode!r} was asked for"
    size = f"there are {effort.columns} inputs and {effort.rows} results"
    if structure != "auto":
        return f"structure={structure!r} was asked for, and {size}"
    if min(effort.rows, effort.columns) == 1:
        return f"{size}: one sweep finds all"
    return f"{size}, and sweeps are faster than products of local gradients"


def _swept(sweeps: Sweeps, mode: str, effort: Effort) -> dict[Pair, Any]:
    """Return dense arrays (or traced values)."""
    way = effort.cheaper if mode == "auto" else mode
    return sweeps.by_columns() if way == "forward" else sweeps.by_rows()


def _elementwise(sweeps: Sweeps, effort: Effort) -> tuple[Blocks, Account] | None:
    """Multiply partials, where there is nothing else to be done."""
    (source,), (node,) = sweeps.inputs, sweeps.outputs
    partials = one_stretch(sweeps.flow, sweeps.values, source, node)
    if partials is None:
        return None
    ways = {"forward": effort.all_forward, "reverse": effort.all_reverse}
    account = Account("structure", 0, _PRODUCTS, effort.reverse, ways)
    return {(node, source): Diagonal(partials)}, account


def _structured(recording: Recording, effort: Effort) -> tuple[Blocks, Account] | None:
    """Multiply local gradients along the graph, if that is cheaper than sweeps."""
    sweeps = recording.sweeps
    work = Accumulation(sweeps.flow, sweeps.values, effort.least)
    blocks: Blocks = {}
    try:
        for source in sweeps.inputs:
            found = work.jacobians(source, sweeps.outputs)
            blocks |= {(node, source): found[node] for node in found}
    except TooCostly:
        return None
    ways = {"forward": effort.all_forward, "reverse": effort.all_reverse}
    return blocks, Account("structure", 0, _told(work), work.spent, ways)


def _told(work: Accumulation) -> str:
    """Say why, and what the order of the longest chain of matrices saved."""
    if not work.chains:
        return _PRODUCTS
    count, best, forward = max(work.chains)
    return (
        f"{_PRODUCTS}; {count} matrices in a chain are multiplied in the order that "
        f"takes {best:.3g} operations (from the input on: {forward:.3g})"
    )


def _products(recording: Recording, why: str) -> tuple[Blocks, Account]:
    """Return operators whose products are sweeps."""
    sweeps = recording.sweeps
    blocks: Blocks = {
        (node, source): _applied(sweeps, node, source)
        for node in sweeps.outputs
        for source in sweeps.inputs
    }
    effort = recording.effort()
    ways = {"forward": effort.all_forward, "reverse": effort.all_reverse}
    return blocks, Account("products", 0, why, 0.0, ways)


def _applied(sweeps: Sweeps, node: Node, source: Node) -> Operator:
    """Return one block as its two products."""
    pair = Sweeps(sweeps.nodes, sweeps.values, [source], [node])
    dtype = dtype_between(source, node)
    return Applied(node.shape, source.shape, *pair.products(node, source), dtype)
