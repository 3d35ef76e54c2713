"""Block: Jacobians between trees of arrays, named by the paths of their leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, Shape, size_of
from hubel.structure.dense import Dense
from hubel.structure.operator import DType, Operator
from hubel.structure.pattern import Pattern
from hubel.structure.sparse import Sparse
from hubel.structure.stored import Entrywise
from hubel.structure.zero import Zero

Path: TypeAlias = str
Leaves = Mapping[Path, Shape]
Key = tuple[Path, Path]


class Block(Operator):
    """An operator for each leaf of the results by each leaf of the arguments.

    Parameters
    ----------
    blocks : mapping of (str, str) to Operator
        For the path of a result's leaf and that of an argument's leaf; an absent one
        is zero.
    rows, columns : mapping of str to tuple of int, optional
        The leaves of the results and of the arguments in order, with their shapes;
        those of the blocks when left out.

    Raises
    ------
    ShapeError
        When a block does not fit its leaves.

    Notes
    -----
    As a matrix it has the elements of all leaves, one leaf after the other.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.structure import Diagonal, Zero
    >>> d = Diagonal(np.array([1.0, 2.0]))
    >>> J = Block({("", "w"): d, ("", "b"): 3 * d})
    >>> J["w"]
    Diagonal(2 x 2, float64, 16 B)
    >>> J.apply_leaves({"w": np.ones(2), "b": np.ones(2)})
    {'': array([4., 8.])}
    """

    __slots__ = ("blocks", "columns", "rows")

    blocks: Mapping[Key, Operator]
    rows: Leaves
    columns: Leaves

    def __init__(
        self,
        blocks: Mapping[Key, Operator],
        rows: Leaves | None = None,
        columns: Leaves | None = None,
    ) -> None:
        known = blocks.items()
        ups = rows or {key[0]: block.output_shape for key, block in known}
        sides = columns or {key[1]: block.input_shape for key, block in known}
        self.rows = MappingProxyType({path: tuple(ups[path]) for path in ups})
        self.columns = MappingProxyType({path: tuple(sides[path]) for path in sides})
        super().__init__(_joint(self.rows), _joint(self.columns))
        fitted = {key: self._fitted(key, blocks) for key in self._keys()}
        self.blocks = MappingProxyType(fitted)
        strays = set(blocks) - set(self.blocks)
        if strays:
            raise ShapeError(
                f"blocks {sorted(strays)} are not among rows {[*self.rows]} and "
                f"columns {[*self.columns]}."
            )

    def _keys(self) -> Iterator[Key]:
        return product(self.rows, self.columns)

    def _fitted(self, key: Key, blocks: Mapping[Key, Operator]) -> Operator:
        """Return a block with the shapes of its leaves; zero where it is absent."""
        shapes = self.rows[key[0]], self.columns[key[1]]
        if key not in blocks:
            present = [block.dtype for block in blocks.values()]
            return Zero(*shapes, dtype=np.result_type(*(present or [np.float64])))
        return blocks[key].reshaped(*shapes)

    def __getitem__(self, key: Any) -> Operator:
        """Return one block, or the block operator of some rows or columns.

        ``J[row, column]`` is one block, ``J[row, :]`` a row of blocks, ``J[:, column]``
        a column; the leaf that was picked has no name in them. With one unnamed result
        ``J[column]`` is a block, with one unnamed argument ``J[row]``; else ``J[row]``
        is a row of blocks, so that ``J[row][column]`` is a block again.
        """
        if not isinstance(key, tuple):
            whole = "" if [*self.columns] == [""] else slice(None)
            key = ("", key) if [*self.rows] == [""] else (key, whole)
        rows = _picked(self.rows, key[0], "result")
        columns = _picked(self.columns, key[1], "argument")
        if slice(None) not in key:
            return self.blocks[rows[0], columns[0]]
        ups = rows if key[0] == slice(None) else [""]
        sides = columns if key[1] == slice(None) else [""]
        picked = zip(product(ups, sides), product(rows, columns), strict=True)
        return Block(
            {new: self.blocks[old] for new, old in picked},
            {new: self.rows[old] for new, old in zip(ups, rows, strict=True)},
            {new: self.columns[old] for new, old in zip(sides, columns, strict=True)},
        )

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return np.result_type(*[block.dtype for block in self.blocks.values()])

    @property
    def nbytes(self) -> int:
        """The bytes that its blocks take."""
        return sum(block.nbytes for block in self.blocks.values())

    @property
    def nnz(self) -> int:
        """The sum of its blocks' numbers."""
        return sum(block.nnz for block in self.blocks.values())

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes."""
        return sum(block.work for block in self.blocks.values())

    @property
    def pattern(self) -> Pattern:
        """The blocks' patterns beside and below each other."""
        places = [
            (rows + up, columns + left)
            for up, left, block in self._placed()
            for rows, columns in [block.pattern.places()]
        ]
        rows, columns = (np.concatenate(part) for part in zip(*places, strict=True))
        return Pattern.at(rows, columns, self.shape)

    def _placed(self) -> Iterator[tuple[int, int, Operator]]:
        """Give each block with its first row and column."""
        ups, lefts = _starts(self.rows), _starts(self.columns)
        for (row, column), block in self.blocks.items():
            yield ups[row], lefts[column], block

    def multiply(self, columns: Array) -> Array:
        """Add the blocks' products, row by row."""
        dtype = np.result_type(self.dtype, columns)
        total = np.zeros((self.shape[0], columns.shape[1]), dtype)
        for up, left, block in self._placed():
            rows, width = block.shape
            total[up : up + rows] += block.multiply(columns[left : left + width])
        return total

    def apply_leaves(self, tangents: Mapping[Path, ArrayLike]) -> dict[Path, Array]:
        """Map arrays for the argument's leaves to arrays for the result's leaves.

        Parameters
        ----------
        tangents : mapping of str to array
            An array for each path; what is absent is zero.
        """
        strays = set(tangents) - set(self.columns)
        if strays:
            raise ShapeError(
                f"{sorted(strays)} are not among the leaves {[*self.columns]}."
            )
        results: dict[Path, Array] = {}
        for (row, column), block in self.blocks.items():
            if column in tangents:
                part = block.apply(tangents[column])
                results[row] = results[row] + part if row in results else part
        return {
            row: results.get(row, np.zeros(shape, self.dtype))
            for row, shape in self.rows.items()
        }

    def transposed(self) -> Block:
        """Return the transposed blocks."""
        blocks = {(key[1], key[0]): block.T for key, block in self.blocks.items()}
        return Block(blocks, self.columns, self.rows)

    def scaled(self, factor: Any) -> Block:
        """Return every block times a number."""
        return self._changed((k, block.scaled(factor)) for k, block in self._items())

    def conj(self) -> Block:
        """Return every block's complex conjugate."""
        return self._changed((k, block.conj()) for k, block in self._items())

    def astype(self, dtype: DTypeLike) -> Block:
        """Return every block with its numbers in another dtype."""
        return self._changed((k, block.astype(dtype)) for k, block in self._items())

    def _items(self) -> Iterable[tuple[Key, Operator]]:
        return self.blocks.items()

    def _changed(self, blocks: Iterable[tuple[Key, Operator]]) -> Block:
        return self._replace(blocks=MappingProxyType(dict(blocks)))

    def explicit(self) -> Operator:
        """Return one sparse matrix if every block has few entries, else a dense one."""
        blocks = [(up, left, b.explicit()) for up, left, b in self._placed()]
        few = [(up, left, b) for up, left, b in blocks if isinstance(b, Entrywise)]
        joined = _beside(few, self.shape) if len(few) == len(blocks) else self._dense()
        return joined.reshaped(self.output_shape, self.input_shape)

    def _dense(self) -> Dense:
        """Return all blocks in one matrix."""
        self.require_room()
        matrix = np.zeros(self.shape, self.dtype)
        for up, left, block in self._placed():
            rows, width = block.shape
            matrix[up : up + rows, left : left + width] = block.matrix()
        return Dense(matrix)

    def __repr__(self) -> str:
        leaves = f"rows {[*self.rows]}, columns {[*self.columns]}"
        return f"{super().__repr__()[:-1]}: {leaves})"


def _beside(
    blocks: Iterable[tuple[int, int, Entrywise]], shape: tuple[int, int]
) -> Sparse:
    """Return blocks with few entries in one sparse matrix."""
    entries = [(up, left, *block.entries()) for up, left, block in blocks]
    places = [(up, left, *pattern.places()) for up, left, pattern, _ in entries]
    return Sparse.at(
        np.concatenate([rows + up for up, _, rows, _ in places]),
        np.concatenate([columns + left for _, left, _, columns in places]),
        np.concatenate([values for *_, values in entries]),
        shape,
    )


def _joint(leaves: Leaves) -> Shape:
    """Return the shape of one leaf, or that of all leaves in one vector."""
    if len(leaves) == 1:
        return next(iter(leaves.values()))
    return (sum(size_of(shape) for shape in leaves.values()),)


def _starts(leaves: Leaves) -> dict[Path, int]:
    """Return where each leaf's elements start."""
    starts: dict[Path, int] = {}
    total = 0
    for path, shape in leaves.items():
        starts[path] = total
        total += size_of(shape)
    return starts


def _picked(leaves: Leaves, key: Any, what: str) -> list[Path]:
    """Return all paths for ``:``, else the one that was asked for."""
    if key == slice(None):
        return [*leaves]
    if str(key) not in leaves:
        raise KeyError(f"{key!r} is no {what} of this Jacobian; it has {[*leaves]}")
    return [str(key)]
