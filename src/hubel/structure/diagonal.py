"""Diagonal: what an elementwise gate does to each element alone."""

from __future__ import annotations

import numpy as np

from hubel.structure.operator import Array, Operator


class Diagonal(Operator):
    """A diagonal Jacobian, kept as its diagonal.

    Parameters
    ----------
    values : array
        The partial derivatives, of the shape of input and output.

    Examples
    --------
    >>> import numpy as np
    >>> J = Diagonal(np.array([1.0, 0.0, 1.0]))
    >>> J @ np.array([5.0, 6.0, 7.0])
    array([5., 0., 7.])
    >>> J.nbytes
    24
    """

    __slots__ = ("values",)

    def __init__(self, values: Array) -> None:
        super().__init__(values.shape, values.shape)
        self.values = values

    @property
    def nbytes(self) -> int:
        """The bytes that the diagonal takes."""
        return self.values.nbytes

    def apply(self, tangent: Array) -> Array:
        """Multiply elementwise; an exact zero in the tangent stays zero."""
        return np.multiply(
            self.values, tangent, where=tangent != 0, out=np.zeros_like(tangent)
        )

    def transposed(self) -> Diagonal:
        """Return itself."""
        return self

    def diagonal(self) -> Array:
        """Return the diagonal, of length size."""
        return self.values.reshape(-1)

    def todense(self) -> Array:
        """Return the matrix, of shape ``output_shape + input_shape``."""
        size = self.values.size
        matrix = np.zeros((size, size), self.values.dtype)
        matrix[np.arange(size), np.arange(size)] = self.values.reshape(-1)
        return matrix.reshape(self.values.shape * 2)
