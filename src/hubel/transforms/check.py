"""Check derivatives against differences, along random directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.errors import DifferentiationError
from hubel.streams import stream
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.gradients import jvp, name_of, vjp


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    *,
    modes: Sequence[str] = ("forward", "reverse"),
    seed: int = 0,
    rtol: float = 1e-5,
    atol: float = 1e-6,
) -> None:
    """Check the derivatives of a function at a point, in both modes.

    The derivative along a random direction is compared with central differences
    (Richardson-extrapolated), reverse mode with forward mode by
    <u, J t> = <J'u, t>; then the same for the derivative, up to ``order``.

    Parameters
    ----------
    f : callable
        A function of float64 arrays or trees of them, written in NumPy.
    args : sequence
        The point.
    order : int
        How many times to differentiate.
    modes : sequence of str
        ``"forward"``, ``"reverse"`` or both.

    Raises
    ------
    DifferentiationError
        If two numbers that should agree differ, with both.

    Examples
    --------
    >>> import numpy as np
    >>> check_grads(lambda x: np.sin(x).sum(), (np.array([0.3, 2.0]),))
    """
    _check(f, tuple(args), order, tuple(modes), seed, rtol, atol, 1)


def _check(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    order: int,
    modes: tuple[str, ...],
    seed: int,
    rtol: float,
    atol: float,
    at: int,
) -> None:
    t = _direction(args, seed, at)
    value, moved = jvp(f, args, t)
    u = _direction(value, seed, -at)
    forward = _inner(u, moved)
    if "forward" in modes:
        expected = _inner(u, _difference(f, args, t))
        _compare(f, at, "forward mode", forward, "differences", expected, rtol, atol)
    if "reverse" in modes:
        pulled = vjp(f, *args)[1](u)
        reverse = _inner(pulled, t)
        _compare(f, at, "reverse mode", reverse, "forward mode", forward, 1e-9, 1e-12)
    if order > 1:

        def derivative(*point: Any) -> Any:
            return vjp(f, *point)[1](u)

        derivative.__name__ = name_of(f)
        _check(derivative, args, order - 1, modes, seed, rtol, atol, at + 1)


def _direction(tree_of: Any, seed: int, at: int) -> Any:
    leaves, tree = flatten(tree_of)
    random = stream(seed, "check_grads", at)
    return unflatten(tree, [_random(random, leaf) for leaf in leaves])


def _random(random: np.random.Generator, leaf: Any) -> Any:
    array = np.asarray(leaf)
    drawn = random.uniform(-1, 1, array.shape)
    if array.dtype.kind == "c":
        drawn = drawn + 1j * random.uniform(-1, 1, array.shape)
    return drawn.astype(array.dtype)[()] if array.ndim else drawn.item()


def _inner(a: Any, b: Any) -> float:
    pairs = zip(flatten(a)[0], flatten(b)[0], strict=True)
    return float(sum(np.sum(np.asarray(x) * np.asarray(y)).real for x, y in pairs))


def _difference(f: Callable[..., Any], args: Any, t: Any) -> Any:
    """Differentiate along ``t`` by central differences of two steps, extrapolated."""
    coarse, fine = (_central(f, args, t, step) for step in (2e-4, 1e-4))
    leaves, tree = flatten(coarse)
    better = [(4 * b - a) / 3 for a, b in zip(leaves, flatten(fine)[0], strict=True)]
    return unflatten(tree, better)


def _central(f: Callable[..., Any], args: Any, t: Any, step: float) -> Any:
    ahead, tree = flatten(f(*_moved(args, t, step)))
    behind, _ = flatten(f(*_moved(args, t, -step)))
    return unflatten(
        tree,
        [
            (np.asarray(a) - np.asarray(b)) / (2 * step)
            for a, b in zip(ahead, behind, strict=True)
        ],
    )


def _moved(args: Any, t: Any, step: float) -> Any:
    leaves, tree = flatten(args)
    return unflatten(
        tree, [x + step * d for x, d in zip(leaves, flatten(t)[0], strict=True)]
    )


def _compare(
    f: Callable[..., Any],
    at: int,
    first: str,
    a: float,
    second: str,
    b: float,
    rtol: float,
    atol: float,
) -> None:
    if not abs(a - b) <= atol + rtol * max(abs(a), abs(b)):
        raise DifferentiationError(
            f"derivative {at} of {name_of(f)} along a random direction: {first} gives "
            f"{a!r}, {second} gives {b!r}",
            remedy="check the backward of your own gates, and kinks at this point",
        )
