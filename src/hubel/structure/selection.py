"""Selection and Scatter: elements that are picked, and elements that are put somewhere.

Broadcasting, slicing, flipping, transposing and gathering select; sums along axes,
means and scattering put. Each is the transpose of the other.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from hubel.errors import DTypeError, ShapeError
from hubel.structure.arithmetic import (
    Array,
    Index,
    Shape,
    locked,
    size_of,
    times,
)
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class _Indexed(Entrywise):
    """An operator with at most one entry for each element of one of its sides."""

    __slots__ = ("index",)

    index: Index

    def __init__(
        self,
        output_shape: Shape,
        input_shape: Shape,
        index: Array,
        scale: ArrayLike,
        count: int,
    ) -> None:
        super().__init__(output_shape, input_shape, scale)
        if index.dtype.kind not in "iu" and index.size:
            raise DTypeError(
                f"an index holds whole numbers, not {index.dtype}.",
                remedy="For a mask: np.flatnonzero(mask).",
            )
        self.index = locked(index.astype(np.intp, copy=False).reshape(-1))
        if self.index.size and not -1 <= self.index.min() <= self.index.max() < count:
            raise ShapeError(
                f"indices from {self.index.min()} to {self.index.max()} do not point "
                f"into {count} elements.",
                remedy=f"Use positions in C order, 0 to {count - 1}, or -1 for none.",
            )
        if self.values.shape not in ((), self.index.shape):
            raise ShapeError(
                f"a scale of shape {self.values.shape} does not fit "
                f"{self.index.size} indices.",
                remedy="Give one number, or one for each index.",
            )

    @property
    def nbytes(self) -> int:
        """The bytes that its indices and numbers take."""
        return self.index.nbytes + self.values.nbytes

    @property
    def nnz(self) -> int:
        """The number of indices that are not -1."""
        return int(np.count_nonzero(self.index >= 0))

    def scale_at(self, places: Index) -> Array:
        """Return the scale of some of the indices, as one number if it is one."""
        return self.values if self.values.ndim == 0 else self.values[places]

    def with_scale(self, scale: Array) -> Self:
        """Return the same indices with another scale."""
        return self._replace(values=locked(scale))

    def _rescale(self, columns: Array) -> Array:
        """Multiply one row for each index by the scale."""
        if self.values.ndim:
            return times(self.values[:, None], columns)
        if self.values == 1:
            return columns.astype(np.result_type(self.dtype, columns), copy=False)
        return times(self.values, columns)

    def _filled(self) -> tuple[Index, Array]:
        """Return which indices are not -1, and their numbers."""
        filled = np.flatnonzero(self.index >= 0)
        return filled, np.broadcast_to(self.values, self.index.shape)[filled]


class Selection(_Indexed):
    """Every output is one element of the input, scaled, or zero.

    Parameters
    ----------
    index : array of int
        Of the output's shape: the position of the input's element in C order, or -1.
    input_shape : tuple of int
        The shape of the input.
    scale : number or array, optional
        One factor for all outputs, or one for each, in C order.

    Raises
    ------
    ShapeError
        When an index points past the input.

    Examples
    --------
    >>> import numpy as np
    >>> J = Selection([2, 0, -1], (3,))
    >>> J @ np.array([5.0, 6.0, 7.0])
    array([7., 5., 0.])
    """

    __slots__ = ()

    def __init__(
        self,
        index: ArrayLike,
        input_shape: Shape,
        scale: ArrayLike = 1.0,
    ) -> None:
        index = np.asarray(index)
        super().__init__(index.shape, input_shape, index, scale, size_of(input_shape))

    @property
    def is_permutation(self) -> bool:
        """Whether every input is one output, unscaled: a permutation."""
        rows, columns = self.shape
        ones = bool((self.values == 1).all())
        return rows == columns == self.nnz and ones and self.is_injective()

    def is_injective(self) -> bool:
        """Whether no input is picked twice."""
        picked = self.index[self.index >= 0]
        return not picked.size or int(np.bincount(picked).max()) <= 1

    def multiply(self, columns: Array) -> Array:
        """Pick and scale."""
        if not columns.size:
            dtype = np.result_type(self.dtype, columns)
            return np.zeros((self.shape[0], columns.shape[1]), dtype)
        picked = columns[self.index]
        picked[self.index < 0] = 0
        return self._rescale(picked)

    def transposed(self) -> Selection | Scatter:
        """Return the scatter, or a selection where no input is picked twice."""
        if not self.is_injective():
            return Scatter(self.index, self.input_shape, self.values)
        filled, scale = self._filled()
        places = self.index[filled]
        index = np.full(self.shape[1], -1, np.intp)
        index[places] = filled
        if self.values.ndim == 0:
            return Selection(index, self.output_shape, self.values)
        scales = np.zeros(self.shape[1], self.dtype)
        scales[places] = scale
        return Selection(index, self.output_shape, scales)

    def entries(self) -> tuple[Pattern, Array]:
        """Return at most one place a row."""
        filled, scale = self._filled()
        starts = np.zeros(self.shape[0] + 1, np.intp)
        np.cumsum(self.index >= 0, out=starts[1:])
        return Pattern.ordered(starts, self.index[filled], self.shape[1]), scale


class Scatter(_Indexed):
    """Every input goes to one element of the output, scaled, or nowhere.

    What meets in one element is added.

    Parameters
    ----------
    index : array of int
        Of the input's shape: the position of the output's element in C order, or -1.
    output_shape : tuple of int
        The shape of the output.
    scale : number or array, optional
        One factor for all inputs, or one for each, in C order.

    Raises
    ------
    ShapeError
        When an index points past the output.

    Examples
    --------
    >>> import numpy as np
    >>> mean = Scatter([0, 0, 0, 0], (), scale=0.25)
    >>> mean @ np.array([1.0, 2.0, 3.0, 6.0])
    array([3.])
    """

    __slots__ = ()

    def __init__(
        self,
        index: ArrayLike,
        output_shape: Shape,
        scale: ArrayLike = 1.0,
    ) -> None:
        index = np.asarray(index)
        super().__init__(output_shape, index.shape, index, scale, size_of(output_shape))

    def multiply(self, columns: Array) -> Array:
        """Scale, and add what meets."""
        scaled = self._rescale(columns)
        total = np.zeros((self.shape[0], columns.shape[1]), scaled.dtype)
        filled = self.index >= 0
        index = self.index[filled]
        # Column by column: `add.at` is fast with one axis only.
        for column in range(columns.shape[1]):
            np.add.at(total[:, column], index, scaled[filled, column])
        return total

    def transposed(self) -> Selection:
        """Return the selection of the same elements."""
        return Selection(self.index, self.output_shape, self.values)

    def entries(self) -> tuple[Pattern, Array]:
        """Return at most one place a column."""
        filled, scale = self._filled()
        pattern, placed = Pattern.placed(self.index[filled], filled, self.shape)
        return pattern, placed.gather(scale)
