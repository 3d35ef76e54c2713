"""Pattern: which entries of a Jacobian may be other than zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Index, locked, require_room
from hubel.structure.rows import Order, arrange, expand, row_of, starts_of


def checked_places(
    rows: ArrayLike, columns: ArrayLike, shape: tuple[int, int]
) -> tuple[Index, Index]:
    """Return the places as arrays, or say that some lie outside the matrix."""
    both = np.asarray(rows, np.intp), np.asarray(columns, np.intp)
    if both[0].ndim != 1 or both[0].shape != both[1].shape:
        raise ShapeError(
            f"rows of shape {both[0].shape} and columns of shape {both[1].shape} are "
            f"not one row and one column a place."
        )
    for places, length in zip(both, shape, strict=True):
        if places.size and not 0 <= places.min() <= places.max() < length:
            raise ShapeError(
                f"places from {places.min()} to {places.max()} do not lie in a matrix "
                f"of shape {shape}."
            )
    return both


class Pattern:
    """The places of a matrix that may hold something other than zero.

    Parameters
    ----------
    starts : array of int
        Where each row's places start in `columns`; one more than there are rows.
    columns : array of int
        The columns of the places, increasing inside each row.
    width : int
        The number of columns.

    Raises
    ------
    ShapeError
        When the arrays do not describe the rows of such a matrix.

    Examples
    --------
    >>> stencil = Pattern.of([[1, 1, 0], [0, 1, 1]])
    >>> stencil
    Pattern(2 x 3, 4 places)
    >>> (stencil @ stencil.T).todense()
    array([[ True,  True],
           [ True,  True]])
    """

    __slots__ = ("columns", "shape", "starts")

    def __init__(self, starts: Index, columns: Index, width: int) -> None:
        self.starts = locked(np.asarray(starts, np.intp))
        self.columns = locked(np.asarray(columns, np.intp))
        self.shape = (self.starts.size - 1, int(width))
        if self.starts.ndim != 1 or self.columns.ndim != 1 or not self._is_sound():
            raise ShapeError(
                f"starts of shape {np.shape(starts)} and columns of shape "
                f"{np.shape(columns)} are not the rows of a matrix with {width} "
                f"columns.",
                remedy="Give rows + 1 increasing starts from 0 to the number of "
                "places, and columns that increase inside each row.",
            )

    def _is_sound(self) -> bool:
        """Whether rows follow each other and columns increase inside each."""
        starts, columns = self.starts, self.columns
        if starts.size == 0 or starts[0] != 0 or starts[-1] != columns.size:
            return False
        if (np.diff(starts) < 0).any():
            return False
        if columns.size == 0:
            return self.shape[1] >= 0
        rises = np.diff(columns) > 0
        inside = starts[(starts > 0) & (starts < columns.size)]
        rises[inside - 1] = True
        return bool(rises.all() and columns.min() >= 0 and columns.max() < self.width)

    @classmethod
    def ordered(cls, starts: Index, columns: Index, width: int) -> Pattern:
        """Make a pattern from arrays that are known to be in order."""
        made = object.__new__(cls)
        made.starts, made.columns = locked(starts), locked(columns)
        made.shape = (starts.size - 1, width)
        return made

    @classmethod
    def at(cls, rows: ArrayLike, columns: ArrayLike, shape: tuple[int, int]) -> Pattern:
        """Return the pattern with these places, in any order, repeated or not.

        Examples
        --------
        >>> Pattern.at([1, 0, 1], [0, 2, 0], (2, 3))
        Pattern(2 x 3, 2 places)
        """
        return cls.placed(*checked_places(rows, columns, shape), shape)[0]

    @classmethod
    def placed(
        cls, rows: Index, columns: Index, shape: tuple[int, int]
    ) -> tuple[Pattern, Order]:
        """Return the pattern with places known to be inside, and their order."""
        order = arrange(rows, columns, shape)
        return cls.ordered(order.starts, order.columns, shape[1]), order

    @classmethod
    def of(cls, matrix: Any) -> Pattern:
        """Return the places of a dense matrix that are not zero."""
        dense = np.asarray(matrix)
        if dense.ndim != 2:
            raise ShapeError(
                f"a pattern is that of a matrix, not of shape {dense.shape}."
            )
        rows, columns = np.nonzero(dense)
        return cls.ordered(starts_of(rows, len(dense)), columns, dense.shape[1])

    @classmethod
    def full(cls, shape: tuple[int, int]) -> Pattern:
        """Return the pattern in which nothing is known to be zero."""
        rows, width = shape
        require_room(
            8 * rows * width,
            f"the full pattern of a {rows} x {width} matrix",
            "Use the products with it instead: J @ v, u @ J.",
        )
        starts = np.arange(rows + 1) * width
        return cls.ordered(starts, np.tile(np.arange(width), rows), width)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Pattern:
        """Return the pattern that `arrays` took apart; the arrays are checked."""
        missing = {"starts", "columns", "width"} - set(arrays)
        if missing:
            raise ShapeError(
                f"a pattern is made of starts, columns and width; "
                f"{', '.join(sorted(missing))} is missing.",
                remedy="Give what Pattern.arrays() returned.",
            )
        return cls(arrays["starts"], arrays["columns"], int(arrays["width"]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Take the pattern apart into arrays that a file can hold.

        Examples
        --------
        >>> kept = Pattern.of(np.eye(3)).arrays()  # np.savez(path, **kept)
        >>> Pattern.from_arrays(kept)
        Pattern(3 x 3, 3 places)
        """
        return {
            "starts": self.starts,
            "columns": self.columns,
            "width": np.asarray(self.width),
        }

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.shape[1]

    @property
    def nnz(self) -> int:
        """The number of places."""
        return self.columns.size

    @property
    def nbytes(self) -> int:
        """The bytes that its arrays take."""
        return self.starts.nbytes + self.columns.nbytes

    @property
    def T(self) -> Pattern:
        """The transpose."""
        return self.transposed()[0]

    def transposed(self) -> tuple[Pattern, Index | None]:
        """Return the transpose, and the order in which it takes the places."""
        flipped = (self.shape[1], self.shape[0])
        made, placed = Pattern.placed(self.columns, row_of(self.starts), flipped)
        return made, placed.order

    def places(self) -> tuple[Index, Index]:
        """Return the rows and the columns of all places, in order."""
        return row_of(self.starts), self.columns

    def row(self, i: int) -> Index:
        """Return the columns of the places in one row."""
        return self.columns[self.starts[i] : self.starts[i + 1]]

    def counts(self) -> Index:
        """Return how many places each row has.

        Their maximum is the least number of sweeps that a compressed Jacobian takes by
        columns; that of the transpose, by rows.
        """
        return np.diff(self.starts)

    def todense(self) -> NDArray[np.bool_]:
        """Return the boolean matrix."""
        rows, width = self.shape
        require_room(
            rows * width,
            f"the {rows} x {width} pattern as a dense matrix",
            "Use its places: pattern.places().",
        )
        dense = np.zeros(self.shape, np.bool_)
        dense[self.places()] = True
        return dense

    def __or__(self, other: Pattern) -> Pattern:
        """Unite: the pattern of a sum."""
        self._require(self.shape == other.shape, "united", other)
        if other is self or self.nnz == 0:
            return other
        rows, columns = zip(self.places(), other.places(), strict=True)
        united = np.concatenate(rows), np.concatenate(columns)
        return Pattern.placed(*united, self.shape)[0]

    def __matmul__(self, other: Pattern) -> Pattern:
        """Multiply: the pattern of a product."""
        self._require(self.shape[1] == other.shape[0], "multiplied", other)
        shape = (self.shape[0], other.shape[1])
        entries, counts = expand(other.starts, self.columns)
        rows = np.repeat(row_of(self.starts), counts)
        return Pattern.placed(rows, other.columns[entries], shape)[0]

    def kron(self, other: Pattern) -> Pattern:
        """Return the pattern of the Kronecker product."""
        (m, n), (p, q) = self.shape, other.shape
        (rows, columns), (below, beside) = self.places(), other.places()
        below = (rows[:, None] * p + below).reshape(-1)
        beside = (columns[:, None] * q + beside).reshape(-1)
        return Pattern.placed(below, beside, (m * p, n * q))[0]

    def covers(self, other: Pattern) -> bool:
        """Whether every place of the other is one of this pattern's."""
        return self.shape == other.shape and (self | other).nnz == self.nnz

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pattern):
            return NotImplemented
        return (
            self.shape == other.shape
            and np.array_equal(self.starts, other.starts)
            and np.array_equal(self.columns, other.columns)
        )

    def __hash__(self) -> int:
        return hash((self.shape, self.starts.tobytes(), self.columns.tobytes()))

    def __repr__(self) -> str:
        return f"Pattern({self.shape[0]} x {self.shape[1]}, {self.nnz} places)"

    def _require(self, fits: bool, verb: str, other: Pattern) -> None:
        """Raise unless the shapes fit."""
        if not fits:
            raise ShapeError(
                f"patterns of shapes {self.shape} and {other.shape} cannot be {verb}."
            )
