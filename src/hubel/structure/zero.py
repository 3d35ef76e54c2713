"""Zero: what one array is to another that does not depend on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from hubel.structure.arithmetic import Array, Shape
from hubel.structure.pattern import Pattern
from hubel.structure.stored import Entrywise


class Zero(Entrywise):
    """The operator without entries.

    Parameters
    ----------
    output_shape, input_shape : tuple of int
        The shapes of the arrays that it maps to and from.
    dtype : dtype
        What its products have at least.

    Examples
    --------
    >>> import numpy as np
    >>> Zero((2,), (3,)) @ np.ones(3)
    array([0., 0.])
    """

    __slots__ = ()

    def __init__(
        self,
        output_shape: Shape,
        input_shape: Shape,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(output_shape, input_shape, np.empty(0, dtype))

    @property
    def nnz(self) -> int:
        """No place."""
        return 0

    def multiply(self, columns: Array) -> Array:
        """Return zeros."""
        dtype = np.result_type(self.dtype, columns)
        return np.zeros((self.shape[0], columns.shape[1]), dtype)

    def transposed(self) -> Zero:
        """Return the zero operator the other way."""
        return Zero(self.input_shape, self.output_shape, self.dtype)

    def entries(self) -> tuple[Pattern, Array]:
        """Return no places."""
        rows, width = self.shape
        starts = np.zeros(rows + 1, np.intp)
        return Pattern.ordered(starts, np.empty(0, np.intp), width), self.values
