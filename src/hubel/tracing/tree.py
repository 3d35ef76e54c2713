"""Trees: nested containers of arrays, taken apart into leaves and put together again.

Dicts, lists, tuples, named tuples, dataclasses and None are containers; everything
else is a leaf (a ``Spec``, which stands for an array, too). A dataclass field declared
with ``metadata={"static": True}`` belongs to the tree's structure. Dict entries are
taken in the order of their keys' insertion.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from hubel.errors import GraphError
from hubel.graph.node import Spec

Leaf = Any


class Tree(NamedTuple):
    """The structure of a nested container, without its leaves; hashable.

    Attributes
    ----------
    kind : type or None
        The container; None for a leaf.
    keys : tuple
        What each child is called: dict keys, indices or field names.
    children : tuple of Tree
        The structure of each child.
    static : tuple of (str, value)
        Fields that are part of the structure.
    """

    kind: type | None
    keys: tuple[Hashable, ...] = ()
    children: tuple[Tree, ...] = ()
    static: tuple[tuple[str, Hashable], ...] = ()

    @property
    def size(self) -> int:
        """The number of leaves."""
        return 1 if self.kind is None else sum(child.size for child in self.children)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Give each leaf's path, such as ``layers.0.weight``."""
        if self.kind is None:
            yield prefix
        for key, child in zip(self.keys, self.children, strict=True):
            yield from child.paths(f"{prefix}.{key}" if prefix else str(key))


LEAF = Tree(None)


def flatten(value: Any) -> tuple[list[Leaf], Tree]:
    """Take a nested container apart.

    Examples
    --------
    >>> leaves, tree = flatten({"w": 1.0, "b": [2.0, 3.0]})
    >>> leaves
    [1.0, 2.0, 3.0]
    >>> list(tree.paths())
    ['w', 'b.0', 'b.1']
    """
    leaves: list[Leaf] = []
    return leaves, _flatten(value, leaves)


def _flatten(value: Any, leaves: list[Leaf]) -> Tree:
    kind = value.__class__
    if kind is np.ndarray or kind is float:
        leaves.append(value)
        return LEAF
    if value is None:
        return Tree(type(None))
    if kind is tuple or kind is list:
        return Tree(
            kind, tuple(range(len(value))), tuple([_flatten(v, leaves) for v in value])
        )
    if isinstance(value, dict):
        entries = cast("dict[Hashable, Any]", value)
        children = tuple([_flatten(v, leaves) for v in entries.values()])
        return Tree(kind, tuple(entries), children)
    if hasattr(kind, "_fields") and kind is not Spec:
        children = tuple([_flatten(v, leaves) for v in value])
        return Tree(kind, tuple(kind._fields), children)
    if dataclasses.is_dataclass(kind):
        return _flatten_dataclass(value, leaves)
    leaves.append(value)
    return LEAF


def _flatten_dataclass(value: Any, leaves: list[Leaf]) -> Tree:
    kind = value.__class__
    moving, fixed = fields_of(kind)
    children = tuple([_flatten(getattr(value, name), leaves) for name in moving])
    static = tuple([(name, getattr(value, name)) for name in fixed])
    return Tree(kind, moving, children, static)


_FIELDS: dict[type, tuple[tuple[str, ...], tuple[str, ...]]] = {}


def fields_of(kind: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a dataclass's moving and static fields."""
    found = _FIELDS.get(kind)
    if found is None:
        fields = dataclasses.fields(kind)
        found = (
            tuple(f.name for f in fields if not f.metadata.get("static")),
            tuple(f.name for f in fields if f.metadata.get("static")),
        )
        _FIELDS[kind] = found
    return found


def unflatten(tree: Tree, leaves: Sequence[Leaf]) -> Any:
    """Put a nested container together again.

    Examples
    --------
    >>> leaves, tree = flatten((1, [2, None]))
    >>> unflatten(tree, leaves)
    (1, [2, None])
    """
    if tree is LEAF and len(leaves) == 1:  # most often; this runs at every call
        return leaves[0]
    rest = iter(leaves)
    value = _unflatten(tree, rest)
    if next(rest, rest) is not rest:
        raise GraphError(f"{len(leaves)} leaves overfill a tree of {tree.size}")
    return value


def _unflatten(tree: Tree, leaves: Iterator[Leaf]) -> Any:
    kind = cast(Any, tree.kind)
    if kind is None:
        return next(leaves)
    if kind is type(None):
        return None
    children = [
        next(leaves) if child.kind is None else _unflatten(child, leaves)
        for child in tree.children
    ]
    if kind is list:
        return children
    if kind is tuple:
        return (*children,)
    if hasattr(kind, "_fields"):
        return kind(*children)
    named: dict[Any, Any] = dict(zip(tree.keys, children, strict=True))
    if not dataclasses.is_dataclass(kind):
        return kind(named)
    return rebuild(kind, named, dict(tree.static))


def rebuild(kind: Any, moving: dict[Any, Any], static: dict[str, Any]) -> Any:
    """Make a dataclass instance without running its ``__init__``."""
    instance: Any = object.__new__(kind)
    for name, value in {**moving, **static}.items():
        object.__setattr__(instance, name, value)
    return instance


def map_leaves(function: Callable[..., Any], first: Any, *others: Any) -> Any:
    """Apply a function to corresponding leaves of trees of equal structure.

    Examples
    --------
    >>> map_leaves(lambda a, b: a + b, {"x": 1}, {"x": 2})
    {'x': 3}
    """
    leaves, tree = flatten(first)
    columns = [leaves]
    for other in others:
        more, shape = flatten(other)
        if shape != tree:
            raise GraphError(
                f"trees differ: {list(tree.paths())}, {list(shape.paths())}"
            )
        columns.append(more)
    return unflatten(tree, [function(*row) for row in zip(*columns, strict=True)])
