"""The methods of arrays on terms: each is the NumPy function of its name."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.graph.registry import GATES, NUMPY, Value


class Methods:
    """What ``numpy.ndarray`` offers as methods and properties."""

    __slots__ = ()

    @property
    def T(self) -> Any:
        """The transpose."""
        return NUMPY[np.transpose](self)

    @property
    def mT(self) -> Any:
        """The transpose of the last two axes."""
        return NUMPY[np.swapaxes](self, -1, -2)

    @property
    def real(self) -> Any:
        """The real part."""
        return NUMPY[np.real](self)

    @property
    def imag(self) -> Any:
        """The imaginary part."""
        return NUMPY[np.imag](self)

    @property
    def itemsize(self) -> int:
        """The bytes that one element takes."""
        return self.dtype.itemsize  # type: ignore[attr-defined]

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """Give the elements another shape."""
        lengths = shape[0] if len(shape) == 1 else shape
        return NUMPY[np.reshape](self, lengths, order)

    def transpose(self, *axes: Any) -> Any:
        """Permute the axes."""
        order = axes[0] if len(axes) == 1 else axes or None
        return NUMPY[np.transpose](self, order)

    def flatten(self, order: str = "C") -> Any:
        """Give the elements one axis."""
        return NUMPY[np.ravel](self, order)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Cast to a dtype."""
        return GATES["astype"](self, dtype=np.dtype(dtype))

    def copy(self, order: str = "C") -> Any:
        """Return an array of its own."""
        return GATES["copy"](self)

    def conj(self) -> Any:
        """Return the complex conjugate."""
        return NUMPY[np.conjugate](self)

    def conjugate(self) -> Any:
        """Return the complex conjugate."""
        return NUMPY[np.conjugate](self)

    def fill(self, value: Value) -> None:
        """Write one value everywhere."""
        self[...] = value  # type: ignore[index]

    def sum(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.sum`` of this."""
        return NUMPY[np.sum](self, *args, **options)

    def mean(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.mean`` of this."""
        return NUMPY[np.mean](self, *args, **options)

    def max(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.max`` of this."""
        return NUMPY[np.max](self, *args, **options)

    def min(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.min`` of this."""
        return NUMPY[np.min](self, *args, **options)

    def prod(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.prod`` of this."""
        return NUMPY[np.prod](self, *args, **options)

    def var(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.var`` of this."""
        return NUMPY[np.var](self, *args, **options)

    def std(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.std`` of this."""
        return NUMPY[np.std](self, *args, **options)

    def ptp(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.ptp`` of this."""
        return NUMPY[np.ptp](self, *args, **options)

    def all(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.all`` of this."""
        return NUMPY[np.all](self, *args, **options)

    def any(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.any`` of this."""
        return NUMPY[np.any](self, *args, **options)

    def argmax(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.argmax`` of this."""
        return NUMPY[np.argmax](self, *args, **options)

    def argmin(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.argmin`` of this."""
        return NUMPY[np.argmin](self, *args, **options)

    def argsort(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.argsort`` of this."""
        return NUMPY[np.argsort](self, *args, **options)

    def cumsum(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.cumsum`` of this."""
        return NUMPY[np.cumsum](self, *args, **options)

    def cumprod(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.cumprod`` of this."""
        return NUMPY[np.cumprod](self, *args, **options)

    def ravel(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.ravel`` of this."""
        return NUMPY[np.ravel](self, *args, **options)

    def swapaxes(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.swapaxes`` of this."""
        return NUMPY[np.swapaxes](self, *args, **options)

    def squeeze(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.squeeze`` of this."""
        return NUMPY[np.squeeze](self, *args, **options)

    def repeat(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.repeat`` of this."""
        return NUMPY[np.repeat](self, *args, **options)

    def take(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.take`` of this."""
        return NUMPY[np.take](self, *args, **options)

    def dot(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.dot`` of this."""
        return NUMPY[np.dot](self, *args, **options)

    def clip(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.clip`` of this."""
        return NUMPY[np.clip](self, *args, **options)

    def round(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.round`` of this."""
        return NUMPY[np.round](self, *args, **options)

    def diagonal(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.diagonal`` of this."""
        return NUMPY[np.diagonal](self, *args, **options)

    def trace(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.trace`` of this."""
        return NUMPY[np.trace](self, *args, **options)

    def nonzero(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.nonzero`` of this."""
        return NUMPY[np.nonzero](self, *args, **options)

    def searchsorted(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.searchsorted`` of this."""
        return NUMPY[np.searchsorted](self, *args, **options)

    def compress(self, condition: Value, axis: int | None = None) -> Any:
        """Mean ``np.compress`` of this."""
        return NUMPY[np.compress](condition, self, axis)

    def choose(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.choose`` of this."""
        return NUMPY[np.choose](self, *args, **options)

    def argpartition(self, *args: Any, **options: Any) -> Any:
        """Mean ``np.argpartition`` of this."""
        return NUMPY[np.argpartition](self, *args, **options)

    def sort(self, axis: int = -1, *args: Any, **options: Any) -> None:
        """Mean ``np.sort``, in place."""
        self[...] = NUMPY[np.sort](self, axis, *args, **options)  # type: ignore[index]

    def partition(self, kth: Any, axis: int = -1, *args: Any, **options: Any) -> None:
        """Mean ``np.partition``, in place."""
        ordered = NUMPY[np.partition](self, kth, axis, *args, **options)
        self[...] = ordered  # type: ignore[index]

    def put(self, *args: Any, **options: Any) -> None:
        """Mean ``np.put`` into this."""
        np.put(self, *args, **options)  # type: ignore[call-overload]
