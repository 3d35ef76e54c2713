"""The choice between forward sweeps, reverse sweeps and both, by counted cost."""

from __future__ import annotations

from dataclasses import dataclass

from hubel.derive.bicoloring import bicolor
from hubel.derive.coloring import color_columns, color_rows, color_symmetric
from hubel.derive.groups import Coloring
from hubel.structure.pattern import Pattern


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """How a Jacobian is brought together, and why.

    Attributes
    ----------
    coloring : Coloring
        What was chosen.
    cost : float
        Of its sweeps, in the unit of the costs that were given.
    others : dict of str to float
        What the other ways would have cost, by mode; dense sweeps too.
    reason : str
        One sentence.
    """

    coloring: Coloring
    cost: float
    others: dict[str, float]
    reason: str

    @property
    def mode(self) -> str:
        """The mode of the colouring."""
        return self.coloring.mode

    @property
    def sweeps(self) -> int:
        """The number of sweeps."""
        return self.coloring.sweeps


def choose(
    pattern: Pattern,
    forward_cost: float = 1.0,
    reverse_cost: float = 2.0,
    symmetric: bool = False,
) -> Choice:
    """Choose the cheapest way to bring a Jacobian together.

    Parameters
    ----------
    pattern : Pattern
        The places of the Jacobian.
    forward_cost, reverse_cost : float
        What one sweep of either kind costs, such as ``Cost.forward`` and
        ``Cost.backward`` of a graph.
    symmetric : bool
        Whether it is a Hessian: then an entry may be read in the place of its mirror.

    Examples
    --------
    >>> import numpy as np
    >>> choice = choose(Pattern.of(np.eye(5) + np.eye(5, k=1)))
    >>> choice.mode, choice.sweeps
    ('forward', 2)
    >>> print(choice.reason)
    2 forward sweeps cost 2; 2 reverse sweeps would cost 4.
    """
    if symmetric:
        found = [color_symmetric(pattern), color_columns(pattern)]
    else:
        found = _one_sided(pattern, forward_cost, reverse_cost)
    costs = [forward_cost * c.forward + reverse_cost * c.reverse for c in found]
    best = min(range(len(found)), key=costs.__getitem__)
    others = {c.mode: cost for c, cost in zip(found, costs, strict=True)}
    height, width = pattern.shape
    others["dense"] = min(forward_cost * width, reverse_cost * height)
    told = [f"{_counted(found[best])} cost {costs[best]:.4g}"]
    told += [
        f"{_counted(c)} would cost {cost:.4g}"
        for k, (c, cost) in enumerate(zip(found, costs, strict=True))
        if k != best
    ]
    others.pop(found[best].mode)
    return Choice(found[best], costs[best], others, "; ".join(told) + ".")


def _one_sided(
    pattern: Pattern, forward_cost: float, reverse_cost: float
) -> list[Coloring]:
    """Colour columns and rows, and both together where that can be cheaper.

    A side whose lower bound costs more than the other side's colouring is not coloured
    further than its bound; the sweeps together bring at least all entries.
    """
    found = [color_columns(pattern), color_rows(pattern)]
    cheapest = min(forward_cost * found[0].forward, reverse_cost * found[1].reverse)
    least = pattern.nnz / max(*pattern.shape, 1)
    if cheapest > (int(least) + 2) * min(forward_cost, reverse_cost):
        found.append(bicolor(pattern, forward_cost, reverse_cost))
    return found


def _counted(coloring: Coloring) -> str:
    """Write how many sweeps of which kind a colouring takes.

    >>> import numpy as np
    >>> _counted(color_columns(Pattern.of(np.eye(2))))
    '1 forward sweep'
    """
    parts = [
        f"{count} {name} sweep{'s' * (count != 1)}"
        for count, name in (
            (coloring.forward, "forward"),
            (coloring.reverse, "reverse"),
        )
        if count
    ]
    named = " and ".join(parts) or "no sweeps"
    return f"{named} (star colouring)" if coloring.mode == "symmetric" else named
