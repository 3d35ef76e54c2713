"""Linear operators: Jacobians that keep their structure."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError

Array = np.ndarray[Any, np.dtype[Any]]


class Operator:
    """A linear map between arrays, such as a Jacobian.

    Attributes
    ----------
    output_shape, input_shape : tuple of int
        The shapes of the arrays that it maps to and from.
    """

    __slots__ = ("input_shape", "output_shape")

    def __init__(
        self, output_shape: tuple[int, ...], input_shape: tuple[int, ...]
    ) -> None:
        self.output_shape = output_shape
        self.input_shape = input_shape

    @property
    def shape(self) -> tuple[int, int]:
        """Output size and input size, in C order."""
        return size_of(self.output_shape), size_of(self.input_shape)

    def apply(self, tangent: Array) -> Array:
        """Map an array of the input shape to one of the output shape."""
        raise NotImplementedError

    def transposed(self) -> Operator:
        """Return the transpose."""
        raise NotImplementedError

    @property
    def T(self) -> Operator:
        """The transpose, which maps upstream gradients back."""
        return self.transposed()

    def __matmul__(self, other: Any) -> Array:
        """Multiply a vector of the input size, or the columns of a matrix."""
        vector: Array = np.asarray(other)
        rows, columns = self.shape
        if vector.ndim not in (1, 2) or vector.shape[0] != columns:
            raise ShapeError(
                f"an operator of shape {self.shape} was given an array of shape "
                f"{vector.shape}",
                remedy=f"give it ({columns},) or ({columns}, k)",
            )
        if vector.ndim == 1:
            return self.apply(vector.reshape(self.input_shape)).reshape(rows)
        columns_out = [self @ vector[:, k] for k in range(vector.shape[1])]
        return np.stack(columns_out, axis=1) if columns_out else np.zeros((rows, 0))

    def todense(self) -> Array:
        """Return the matrix, of shape ``output_shape + input_shape``."""
        matrix = self @ np.eye(self.shape[1])
        return matrix.reshape(self.output_shape + self.input_shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        dense = self.todense()
        return dense if dtype is None else dense.astype(dtype)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shape[0]}x{self.shape[1]}>"


def size_of(shape: tuple[int, ...]) -> int:
    """Return the number of elements of a shape."""
    size = 1
    for length in shape:
        size *= length
    return size
