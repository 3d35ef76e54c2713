"""Layout: how a tree of arrays lies in the one vector that a solver moves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DTypeError, GraphError, ShapeError
from hubel.graph.node import describe, spec_of
from hubel.tracing.program import is_number
from hubel.tracing.tree import flatten, unflatten

Vector = NDArray[np.float64]


class Layout:
    """The places that the leaves of a tree take in a vector of float64, end to end.

    Parameters
    ----------
    like : tree
        Leaves that are floating arrays or numbers lie in the vector; strings, bools and
        other static ones are the same in every tree.

    Raises
    ------
    DTypeError
        If a leaf is a number of another kind.
    GraphError
        If two leaves have one path.

    Examples
    --------
    >>> layout = Layout({"w": np.ones((2, 1)), "b": 0.0})
    >>> layout.pack({"w": np.array([[4.0], [5.0]]), "b": 6.0})
    array([4., 5., 6.])
    >>> layout.unpack(np.array([1.0, 2.0, 3.0]))
    {'w': array([[1.],
           [2.]]), 'b': array(3.)}
    """

    def __init__(self, like: Any) -> None:
        leaves, self._tree = flatten(like)
        self._fixed = [None if is_number(leaf) else leaf for leaf in leaves]
        paths = list(self._tree.paths())
        if len(set(paths)) < len(paths):
            raise GraphError(
                f"two leaves have one path among {paths}",
                remedy="give dicts keys that differ as text and hold no dots",
            )
        named = zip(paths, leaves, strict=True)
        self._specs = {path: spec_of(x) for path, x in named if is_number(x)}
        for path, spec in self._specs.items():
            if spec.dtype.kind != "f":
                raise DTypeError(
                    f"{path or 'the argument'} is {describe(spec)}: a solver moves "
                    "float64",
                    remedy="give floats, and what is fixed as another argument",
                )
        sizes = [int(np.prod(spec.shape, dtype=int)) for spec in self._specs.values()]
        ends = np.cumsum([0, *sizes]).tolist()
        self._spans = [slice(a, b) for a, b in pairwise(ends)]
        self.size: int = ends[-1]

    @property
    def paths(self) -> list[str]:
        """The paths of the leaves in the vector, in its order."""
        return list(self._specs)

    def pack(self, tree: Any) -> Vector:
        """Return a tree of this structure as a vector.

        Raises
        ------
        ShapeError
            If its structure or the shape of a leaf is another.
        """
        leaves, structure = flatten(tree)
        if structure != self._tree:
            raise ShapeError(
                f"a tree with the leaves {list(structure.paths())}, and not "
                f"{list(self._tree.paths())}",
                remedy="give the same containers, with entries in the same order",
            )
        parts: list[Vector] = [np.zeros(0)]
        named = zip(structure.paths(), leaves, strict=True)
        for path, leaf in named:
            if path not in self._specs:
                continue
            if np.shape(leaf) != (shape := self._specs[path].shape):
                what = path or "the argument"
                raise ShapeError(f"{what} has shape {np.shape(leaf)}, not {shape}")
            parts.append(np.asarray(leaf, np.float64).reshape(-1))
        return np.concatenate(parts)

    def unpack(self, x: Any) -> Any:
        """Return the tree of the numbers in a vector, which may be traced."""
        pairs = zip(self._spans, self._specs.values(), strict=True)
        shaped = {
            path: np.reshape(x[span], spec.shape).astype(spec.dtype, copy=False)
            for path, (span, spec) in zip(self._specs, pairs, strict=True)
        }
        named = zip(self._tree.paths(), self._fixed, strict=True)
        return unflatten(self._tree, [shaped.get(path, leaf) for path, leaf in named])
