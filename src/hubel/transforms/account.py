"""How a Jacobian was found: what was done, why, and what else it would have cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from hubel.structure import Operator


@dataclass(frozen=True)
class Account:
    """What :func:`explain` returns; it prints as text.

    Attributes
    ----------
    way : str
        ``structure`` (local gradients were multiplied along the graph), ``compressed``
        (sweeps for columns or rows of one colour), ``forward`` or ``reverse`` (a sweep
        for each element), or ``products`` (nothing yet: each product is a sweep).
    sweeps : int
        How many sweeps were made.
    why : str
        What decided.
    spent : float
        Operations that it took, weighted and counted on the graph; an addition is 1.
    otherwise : dict of str to float
        Operations that each other way would have taken.
    """

    way: str
    sweeps: int
    why: str
    spent: float
    otherwise: dict[str, float] = field(default_factory=dict[str, float])

    def __str__(self) -> str:
        lines = [
            f"by {self.way}: {self.sweeps} sweep{'s' * (self.sweeps != 1)}, "
            f"{_count(self.spent)} operations",
            f"because {self.why}",
        ]
        lines += [
            f"{way} would have taken {_count(operations)} operations"
            for way, operations in self.otherwise.items()
        ]
        return "\n".join(lines)

    __repr__ = __str__


def _count(operations: float) -> str:
    return f"{operations:.3g}"


def explain(operator: Operator) -> Account:
    """Return how a Jacobian was found.

    Parameters
    ----------
    operator : Operator
        What :func:`jacobian` and its kin returned.

    Raises
    ------
    DifferentiationError
        For an operator that was made in another way, such as a product of two.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.transforms._jacobian import jacobian
    >>> account = explain(jacobian(np.tanh)(np.zeros(100)))
    >>> account.way, account.sweeps
    ('structure', 0)
    """
    return operator.explain()
