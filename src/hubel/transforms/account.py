"""How a Jacobian was found, and the one word that explains: `explain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from hubel.errors import OptionError
from hubel.structure import Operator

if TYPE_CHECKING:
    from hubel.transforms.profile import Profile


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


@overload
def explain(what: Operator) -> Account: ...
@overload
def explain(what: Callable[..., Any], *args: Any, **kwargs: Any) -> Profile: ...
def explain(what: Any, *args: Any, **kwargs: Any) -> Account | Profile:
    """Return how a Jacobian was found, or where the time of a function goes.

    Parameters
    ----------
    what : Operator or callable
        What :func:`jacobian` and its kin returned; or a function, which is compiled if
        it is not yet. Its plan is run step by step, on copies of the arguments.
    *args, **kwargs
        The arguments of the function.

    Returns
    -------
    Account or Profile
        Both print as text. A ``Profile`` has the ``steps`` with their operations, bytes
        and seconds, the measured ``limits`` of the machine, a ``picture()`` of both
        (a roofline), and ``save("x.svg")`` or ``save("x.html")``.

    Raises
    ------
    DifferentiationError
        For an operator that was made in another way, such as a product of two.

    Notes
    -----
    The limits, peak arithmetic and bandwidth of one core, are measured the first time
    and kept on disk beside the native code (``HUBEL_CACHE``). Steps of less than 20
    microseconds are run several times in a row, so that their arrays are in the nearest
    cache. Where native code cannot be made, the gates are timed on NumPy.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.transforms._jacobian import jacobian
    >>> account = explain(jacobian(np.tanh)(np.zeros(100)))
    >>> account.way, account.sweeps
    ('structure', 0)
    >>> profile = explain(lambda x, w: np.tanh(x @ w), np.ones((64, 64)), np.ones(64))
    >>> sum(step.seconds for step in profile.steps) > 0
    True
    """
    if isinstance(what, Operator):
        if args or kwargs:
            raise OptionError("an operator is explained without further arguments")
        return what.explain()
    if not callable(what):
        raise OptionError(
            f"{type(what).__name__} cannot be explained",
            remedy="Give what hb.jacobian returned, or a function and its arguments.",
        )
    from hubel.transforms.profile import profile_of

    return profile_of(what, args, kwargs)
