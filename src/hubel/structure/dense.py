"""Dense: a Jacobian in which everything depends on everything."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, Shape, matmul, size_of
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Stored


class Dense(Stored):
    """A matrix with all its entries.

    Parameters
    ----------
    entries : array
        A matrix; or, with the shapes, an array of ``output_shape + input_shape`` or of
        any other shape with as many elements in that order.
    output_shape, input_shape : tuple of int, optional
        The shapes of the arrays that it maps to and from.

    Raises
    ------
    ShapeError
        When the entries have not that many elements.

    Examples
    --------
    >>> import numpy as np
    >>> J = Dense(np.arange(6.0), (2,), (3,))
    >>> J.T @ np.array([1.0, 1.0])
    array([3., 5., 7.])
    """

    __slots__ = ()

    def __init__(
        self,
        entries: ArrayLike,
        output_shape: Shape | None = None,
        input_shape: Shape | None = None,
    ) -> None:
        array = np.asarray(entries)
        if output_shape is None or input_shape is None:
            if array.ndim != 2:
                raise ShapeError(
                    f"an array of shape {array.shape} is not a matrix.",
                    remedy="Say what it maps: Dense(array, output_shape, input_shape)",
                )
            output_shape, input_shape = array.shape[:1], array.shape[1:]
        rows, columns = size_of(output_shape), size_of(input_shape)
        if array.size != rows * columns:
            raise ShapeError(
                f"an array of shape {array.shape} does not map {input_shape} to "
                f"{output_shape}: that takes {rows} x {columns} entries."
            )
        super().__init__(output_shape, input_shape, array.reshape(rows, columns))

    @property
    def pattern(self) -> Pattern:
        """All places."""
        return Pattern.full(self.shape)

    @property
    def nnz(self) -> int:
        """The number of all places."""
        return self.values.size

    def multiply(self, columns: Array) -> Array:
        """Multiply the matrices."""
        return matmul(self.values, columns)

    def transposed(self) -> Dense:
        """Return the transpose, as a view."""
        return Dense(self.values.T)

    def matrix(self) -> Array:
        """Return a copy of the entries."""
        return self.values.copy()

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        return self.values.diagonal().copy()

    def tosparse(self) -> Any:
        """Return a ``scipy.sparse.csr_array`` with every entry stored."""
        from hubel.structure.scipy_forms import csr_array

        return csr_array(self.pattern, self.values.reshape(-1))
