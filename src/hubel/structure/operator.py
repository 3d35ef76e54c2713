"""Linear operators: Jacobians that keep their structure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cache
from numbers import Number
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from hubel.errors import DifferentiationError, ShapeError
from hubel.structure.arithmetic import (
    Array,
    Shape,
    in_bytes,
    require_room,
    size_of,
)
from hubel.structure.pattern import Pattern
from hubel.structure.table import Table

DType = np.dtype[Any]

PRODUCTS = Table()
"""What ``A @ B`` gives, for each pair of classes; filled in `tables`."""

SUMS = Table(commutes=True)
"""What ``A + B`` gives."""


class Operator(ABC):
    """A linear map between arrays, such as a Jacobian; it never changes.

    Rows are the elements of the output, columns those of the input, both in C order.
    Shapes only label them: operators may be multiplied and added as soon as their sizes
    fit. Zero times anything is zero in every product. The class and the pattern of a
    result follow from structure alone, never from the numbers.

    Attributes
    ----------
    output_shape, input_shape : tuple of int
        The shapes of the arrays that it maps to and from.
    """

    __slots__ = ("account", "input_shape", "output_shape")
    # NumPy's arrays and scalars leave `array @ J` and `2.0 * J` to the operator.
    __array_priority__ = 1000.0

    input_shape: Shape
    output_shape: Shape
    account: Any

    def __init__(self, output_shape: Shape, input_shape: Shape) -> None:
        write = object.__setattr__  # they are new, so that none is set yet
        write(self, "output_shape", tuple(output_shape))
        write(self, "input_shape", tuple(input_shape))

    def __setattr__(self, name: str, value: Any) -> None:
        """Write every slot once."""
        if hasattr(self, name):
            raise AttributeError(f"operators do not change; {name} is set already")
        object.__setattr__(self, name, value)

    @property
    @abstractmethod
    def dtype(self) -> DType:
        """The dtype of its entries, floating or complex."""

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """The bytes that its numbers and indices take."""

    @property
    @abstractmethod
    def pattern(self) -> Pattern:
        """The places that may hold something other than zero."""

    @abstractmethod
    def multiply(self, columns: Array) -> Array:
        """Multiply a matrix of shape (input size, k), each column by itself."""

    @abstractmethod
    def transposed(self) -> Operator:
        """Return the transpose; the caller labels it with shapes."""

    @abstractmethod
    def scaled(self, factor: Any) -> Operator:
        """Return the operator times a number."""

    @abstractmethod
    def conj(self) -> Operator:
        """Return the complex conjugate."""

    @abstractmethod
    def astype(self, dtype: DTypeLike) -> Operator:
        """Return the operator with its numbers in another dtype."""

    @abstractmethod
    def explicit(self) -> Operator:
        """Return the same map with its entries written down.

        Returns
        -------
        Operator
            ``Dense`` or one of the classes that store their entries (`Entrywise`).
        """

    @property
    def shape(self) -> tuple[int, int]:
        """Output size and input size, in C order."""
        return size_of(self.output_shape), size_of(self.input_shape)

    @property
    def nnz(self) -> int:
        """The number of places that may hold something other than zero."""
        return self.pattern.nnz

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes, roughly."""
        return self.nnz

    @property
    def rank_bound(self) -> int:
        """A number that the rank does not exceed."""
        return min(self.shape)

    @property
    def T(self) -> Operator:
        """The transpose, which maps upstream gradients back."""
        return self.transposed().reshaped(self.input_shape, self.output_shape)

    @property
    def H(self) -> Operator:
        """The complex conjugate of the transpose."""
        return self.T if self.dtype.kind == "f" else self.conj().T

    def reshaped(self, output_shape: Shape, input_shape: Shape) -> Operator:
        """Return the same matrix between arrays of other shapes and the same sizes.

        Raises
        ------
        ShapeError
            When a size would change.
        """
        if self.output_shape == output_shape and self.input_shape == input_shape:
            return self
        if (size_of(output_shape), size_of(input_shape)) != self.shape:
            raise ShapeError(
                f"an operator of shape {self.shape} does not map {input_shape} to "
                f"{output_shape}."
            )
        return self._replace(output_shape=output_shape, input_shape=input_shape)

    def _replace(self, **changes: Any) -> Self:
        """Return a copy with some slots changed."""
        made = object.__new__(type(self))
        for name in _slots(type(self)):
            if name in changes:
                object.__setattr__(made, name, changes[name])
            elif hasattr(self, name):
                object.__setattr__(made, name, getattr(self, name))
        return made

    def explained(self, account: Any) -> Self:
        """Return the operator with an account of how it was found."""
        return self._replace(account=account)

    def explain(self) -> Any:
        """Return how it was found; see :func:`hubel.explain`.

        Raises
        ------
        DifferentiationError
            When it was made in another way than by finding a Jacobian.
        """
        if hasattr(self, "account"):
            return self.account
        raise DifferentiationError(
            f"{self!r} has no account of how it was found",
            remedy="ask the operator that hubel.jacobian, hessian or linearize "
            "returned; products and sums of operators have none",
        )

    def apply(self, tangent: ArrayLike) -> Array:
        """Map an array of the input shape to one of the output shape."""
        given = np.asarray(tangent)
        if given.shape != self.input_shape:
            raise ShapeError(
                f"an operator from {self.input_shape} to {self.output_shape} was "
                f"given an array of shape {given.shape}."
            )
        return (self @ given.reshape(-1)).reshape(self.output_shape)

    def __matmul__(self, other: Any) -> Any:
        """Multiply a vector, the columns of a matrix, or another operator."""
        if isinstance(other, Operator):
            self._require(self.shape[1] == other.shape[0], "multiplied", other)
            with np.errstate(all="ignore"):
                product = PRODUCTS(self, other)
            return product.reshaped(self.output_shape, other.input_shape)
        array = np.asarray(other)
        columns = self.shape[1]
        if array.ndim not in (1, 2) or array.shape[0] != columns:
            raise ShapeError(
                f"an operator of shape {self.shape} was given an array of shape "
                f"{array.shape}.",
                remedy=f"Give it ({columns},) or ({columns}, k), or use "
                f"J.apply(array) with an array of shape {self.input_shape}.",
            )
        with np.errstate(all="ignore"):
            if array.ndim == 2:
                return self.multiply(array)
            return self.multiply(array.reshape(-1, 1)).reshape(-1)

    def __rmatmul__(self, other: Any) -> Array:
        """Multiply from the left: a vector of the output size, or a matrix's rows."""
        array = np.asarray(other)
        rows = self.shape[0]
        if array.ndim not in (1, 2) or array.shape[-1] != rows:
            raise ShapeError(
                f"an array of shape {array.shape} was multiplied by an operator of "
                f"shape {self.shape}.",
                remedy=f"Give it ({rows},) or (k, {rows}).",
            )
        return (self.T @ array.T).T

    def __add__(self, other: Any) -> Operator:
        if not isinstance(other, Operator):
            return _refuse("added to", other, "J + Dense(array), or np.asarray(J)")
        self._require(self.shape == other.shape, "added", other)
        with np.errstate(all="ignore"):
            total = SUMS(self, other)
        return total.reshaped(self.output_shape, self.input_shape)

    __radd__ = __add__

    def __rsub__(self, other: Any) -> Operator:
        return -self + other

    def __sub__(self, other: Any) -> Operator:
        return self + -other

    def __mul__(self, factor: Any) -> Operator:
        if is_number(factor):
            return self.scaled(factor)
        rows_or_columns = "Diagonal(v) @ J or J @ Diagonal(v)"
        return _refuse("multiplied elementwise by", factor, rows_or_columns)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> Operator:
        return self.scaled(1 / divisor) if is_number(divisor) else NotImplemented

    def __neg__(self) -> Operator:
        return self.scaled(-1)

    def _require(self, fits: bool, verb: str, other: Operator) -> None:
        """Raise unless the shapes fit."""
        if not fits:
            raise ShapeError(
                f"operators of shapes {self.shape} and {other.shape} cannot be {verb}."
            )

    def matrix(self) -> Array:
        """Return the entries as a new array of shape `shape`."""
        return self.explicit().matrix()

    def todense(self) -> Array:
        """Return the entries as a new array of shape ``output_shape + input_shape``.

        Raises
        ------
        ShapeError
            When the array would take more than 8 GiB.
        """
        self.require_room()
        return self.matrix().reshape(self.output_shape + self.input_shape)

    def require_room(self) -> None:
        """Refuse to be written down densely when that takes more than 8 GiB."""
        rows, columns = self.shape
        require_room(
            rows * columns * self.dtype.itemsize,
            f"{self!r} as a dense array",
            "Use J @ v, J.T @ u, J.diagonal() or J.tosparse(); where all of it is "
            "meant, J @ np.eye(n).",
        )

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> Array:
        if copy is False:
            raise ValueError("an operator becomes an array by a copy only")
        dense = self.todense()
        return dense if dtype is None else dense.astype(dtype, copy=False)

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        return self.explicit().diagonal()

    def row(self, place: int | Shape) -> Array:
        """Return one element of the output's row, in the input's shape."""
        return self.T.column(place)

    def column(self, place: int | Shape) -> Array:
        """Return one element of the input's column, in the output's shape.

        Parameters
        ----------
        place : int or tuple of int
            The element's position in C order, or its index.
        """
        unit = np.zeros(self.input_shape, self.dtype)
        if isinstance(place, tuple):
            unit[place] = 1
        else:
            unit.reshape(-1)[place] = 1
        return self.multiply(unit.reshape(-1, 1)).reshape(self.output_shape)

    def tosparse(self) -> Any:
        """Return a ``scipy.sparse.csr_array`` with the entries of the pattern."""
        return self.explicit().tosparse()

    def aslinearoperator(self) -> Any:
        """Return a ``scipy.sparse.linalg.LinearOperator`` with the same products."""
        from hubel.structure.scipy_forms import linear_operator

        adjoint = self.H
        return linear_operator(
            self.shape, self.dtype, lambda x: self @ x, lambda x: adjoint @ x
        )

    def __repr__(self) -> str:
        rows, columns = self.shape
        size = f"{rows} x {columns}, {self.dtype}, {in_bytes(self.nbytes)}"
        return f"{type(self).__name__}({size})"


@cache
def _slots(kind: type) -> tuple[str, ...]:
    """List the slots of a class and of those it inherits from."""
    parts = [getattr(base, "__slots__", ()) for base in kind.__mro__]
    return tuple([name for part in parts for name in part])


def _refuse(verb: str, other: Any, instead: str) -> Any:
    """Refuse an array, and leave everything else to Python."""
    if not isinstance(other, np.ndarray):
        return NotImplemented
    raise ShapeError(
        f"an operator was {verb} an array of shape {np.shape(cast(Array, other))}.",
        remedy=f"Write {instead}.",
    )


def is_number(value: Any) -> bool:
    """Whether a value is one number: Python's, NumPy's or an array without axes."""
    if isinstance(value, np.ndarray):
        array = cast(Array, value)
        return array.ndim == 0 and array.dtype.kind in "biufc"
    return isinstance(value, Number)
