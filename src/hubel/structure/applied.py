"""Applied: a Jacobian known by what it does, never written down unless asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.structure.arithmetic import Array, Shape, times
from hubel.structure.dense import Dense
from hubel.structure.operator import DType, Operator
from hubel.structure.pattern import Pattern

Product = Callable[[Array], Array]


class Applied(Operator):
    """A Jacobian given by its two products.

    Parameters
    ----------
    output_shape, input_shape : tuple of int
        The shapes of the arrays that it maps to and from.
    push : callable
        A tangent to a tangent (Jacobian-vector product).
    pull : callable
        An upstream gradient to a gradient (vector-Jacobian product).
    dtype : dtype
        The dtype of its entries.

    Examples
    --------
    >>> import numpy as np
    >>> J = Applied((3,), (3,), np.cumsum, lambda u: np.cumsum(u[::-1])[::-1])
    >>> J @ np.ones(3), J.T @ np.ones(3)
    (array([1., 2., 3.]), array([3., 2., 1.]))
    """

    __slots__ = ("_dtype", "_pull", "_push")

    def __init__(
        self,
        output_shape: Shape,
        input_shape: Shape,
        push: Product,
        pull: Product,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(output_shape, input_shape)
        self._push = push
        self._pull = pull
        self._dtype = np.dtype(dtype)

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """Nothing is stored here; what the products hold is not counted."""
        return 0

    @property
    def pattern(self) -> Pattern:
        """All places: nothing is known of it."""
        return Pattern.full(self.shape)

    @property
    def nnz(self) -> int:
        """The number of all places."""
        return self.shape[0] * self.shape[1]

    def multiply(self, columns: Array) -> Array:
        """Push column by column."""
        dtype = np.result_type(self._dtype, columns)
        total = np.empty((self.shape[0], columns.shape[1]), dtype)
        for k in range(columns.shape[1]):
            tangent = np.ascontiguousarray(columns[:, k]).reshape(self.input_shape)
            total[:, k] = np.asarray(self._push(tangent)).reshape(-1)
        return total

    def transposed(self) -> Applied:
        """Return the two products exchanged."""
        return Applied(
            self.input_shape, self.output_shape, self._pull, self._push, self._dtype
        )

    def reshaped(self, output_shape: Shape, input_shape: Shape) -> Operator:
        """Return the same products between arrays of other shapes."""
        inside, outside = self.input_shape, self.output_shape
        if (outside, inside) == (output_shape, input_shape):
            return self
        made = self._wrapped(
            lambda push: lambda tangent: push(tangent.reshape(inside)),
            lambda pull: lambda upstream: pull(upstream.reshape(outside)),
        )
        return Operator.reshaped(made, output_shape, input_shape)

    def scaled(self, factor: Any) -> Applied:
        """Return both products times a number."""
        dtype = times(np.ones((), self._dtype), factor).dtype

        def wrap(product: Product) -> Product:
            return lambda array: times(product(array), factor)

        return self._wrapped(wrap, wrap, dtype)

    def conj(self) -> Applied:
        """Return the complex conjugate of both products."""
        if self._dtype.kind == "f":
            return self

        def wrap(product: Product) -> Product:
            return lambda array: np.conj(product(np.conj(array)))

        return self._wrapped(wrap, wrap)

    def astype(self, dtype: DTypeLike) -> Applied:
        """Return the same products, said to be of another dtype."""
        return self._replace(_dtype=np.dtype(dtype))

    def explicit(self) -> Operator:
        """Return the matrix, by as many products as its shorter side has elements."""
        self.require_room()
        rows, columns = self.shape
        if columns <= rows:
            matrix = self @ np.eye(columns, dtype=self._dtype)
        else:
            matrix = (self.T @ np.eye(rows, dtype=self._dtype)).T
        return Dense(matrix, self.output_shape, self.input_shape)

    def _wrapped(
        self,
        push: Callable[[Product], Product],
        pull: Callable[[Product], Product],
        dtype: DTypeLike | None = None,
    ) -> Applied:
        """Return an operator whose products are wrapped."""
        return Applied(
            self.output_shape,
            self.input_shape,
            push(self._push),
            pull(self._pull),
            self._dtype if dtype is None else dtype,
        )
