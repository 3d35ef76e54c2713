"""Axes for the leaves of trees, said once for all, or once for each branch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from hubel.errors import OptionError
from hubel.tracing.tree import Tree

Axes = Any
"""An axis, None, or a container of such, shaped like the first levels of a tree."""


def spread_axes(axes: Axes, tree: Tree, what: str) -> list[int | None]:
    """Give each leaf of a tree its axis.

    Parameters
    ----------
    axes : int, None, or tree of them
        One that stands where the tree has a container is for all leaves of it.
    tree : Tree
        The structure.
    what : str
        What the axes are called, for messages.

    Examples
    --------
    >>> from hubel.tracing.tree import flatten
    >>> spread_axes({"w": None, "b": 1}, flatten({"w": [1, 2], "b": 3})[1], "in_axes")
    [None, None, 1]
    """
    if axes is None or (isinstance(axes, int) and not isinstance(axes, bool)):
        return [axes] * tree.size
    keys = _keys(axes)
    if tree.kind is None or keys is None or set(keys) != set(tree.keys):
        have = "a leaf" if tree.kind is None else f"{tree.kind.__name__} {tree.keys}"
        raise OptionError(
            f"{what}={axes!r} for {have}",
            remedy="give an axis, None, or a container with the same keys",
        )
    found: list[int | None] = []
    for key, child in zip(tree.keys, tree.children, strict=True):
        found += spread_axes(_entry(axes, key), child, what)
    return found


def _keys(axes: Any) -> Sequence[Any] | None:
    """List what the parts of a container are called."""
    if isinstance(axes, Mapping):
        return list(cast("Mapping[Any, Any]", axes))
    if hasattr(axes, "_fields"):
        return axes._fields
    if isinstance(axes, list | tuple):
        return range(len(cast("Sequence[Any]", axes)))
    return None


def _entry(axes: Any, key: Any) -> Any:
    return getattr(axes, key) if hasattr(axes, "_fields") else axes[key]
