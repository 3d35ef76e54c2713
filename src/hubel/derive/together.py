"""A rule that finds the gradients of all arguments of its gate at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hubel.graph.node import Rule
from hubel.graph.registry import Value

Args = tuple[Value, ...]
Found = Sequence[Value | None]
"""A gradient, or a tangent, for each argument; None is zero."""


@dataclass(slots=True)
class _Pulled:
    """What the gradients of one sweep are, until it has taken them all."""

    g: Value
    args: Args
    gradients: dict[int, Value | None]

    def serves(self, position: int, g: Value, args: Args) -> bool:
        """Whether the same sweep asks, which takes each gradient once."""
        same = self.g is g and all(a is b for a, b in zip(self.args, args, strict=True))
        return same and position in self.gradients


class Together(Rule):
    """The rule of every argument of a gate.

    Parameters
    ----------
    gradients : callable
        ``gradients(g, args)``: one for each argument.
    tangent : callable
        ``tangent(tangents, args)``: that of the result.
    """

    __slots__ = ("_pulled", "gradients", "tangent")
    together = True

    def __init__(
        self,
        gradients: Callable[[Value, Args], Found],
        tangent: Callable[[Found, Args], Value | None],
    ) -> None:
        self.gradients = gradients
        self.tangent = tangent
        self._pulled: _Pulled | None = None

    def pull(
        self, position: int, g: Value, out: Value, args: Args, params: dict[str, Any]
    ) -> Value | None:
        """Compute all gradients, and hand them out one by one."""
        known = self._pulled
        if known is None or not known.serves(position, g, args):
            found = dict(enumerate(self.gradients(g, args)))
            known = self._pulled = _Pulled(g, args, found)
        gradient = known.gradients.pop(position)
        if not known.gradients:
            self._pulled = None
        return gradient

    def push(
        self, position: int, t: Value, out: Value, args: Args, params: dict[str, Any]
    ) -> Value | None:
        """Bring the tangent of one argument alone."""
        tangents: list[Value | None] = [None] * len(args)
        tangents[position] = t
        return self.tangent(tangents, args)

    def push_all(
        self, tangents: Found, out: Value, args: Args, params: dict[str, Any]
    ) -> Value | None:
        """Bring the tangents of all arguments."""
        return self.tangent(tangents, args)
