"""Applied: a Jacobian known by what it does, never written down unless asked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hubel.structure.operator import Array, Operator


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
    """

    __slots__ = ("_pull", "_push")

    def __init__(
        self,
        output_shape: tuple[int, ...],
        input_shape: tuple[int, ...],
        push: Callable[[Array], Array],
        pull: Callable[[Array], Array],
    ) -> None:
        super().__init__(output_shape, input_shape)
        self._push = push
        self._pull = pull

    def apply(self, tangent: Array) -> Array:
        """Push a tangent forward."""
        return np.asarray(self._push(tangent))

    def transposed(self) -> Applied:
        """Return the transpose: the two products exchanged."""
        return Applied(self.input_shape, self.output_shape, self._pull, self._push)
