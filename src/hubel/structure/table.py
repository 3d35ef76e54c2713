"""Tables of rules: what two classes of operators make together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Rule = Callable[[Any, Any], Any]
Row = tuple[type, type, Rule]


class Table:
    """Rules for pairs of classes, from the special to the general: the first one fits.

    Parameters
    ----------
    commutes : bool
        Whether a rule for (A, B) also serves (B, A), with its arguments exchanged.

    Examples
    --------
    >>> table = Table(commutes=True)
    >>> table.fill([(int, int, lambda a, b: a + b), (int, str, lambda a, b: a * b)])
    >>> table(1, 2), table("ab", 2)
    (3, 'abab')
    """

    def __init__(self, *, commutes: bool = False) -> None:
        self._commutes = commutes
        self._rows: tuple[Row, ...] = ()
        self._found: dict[tuple[type, type], Rule] = {}

    def fill(self, rows: Sequence[Row]) -> None:
        """State the rules, once."""
        self._rows = tuple(rows)
        self._found.clear()

    def __call__(self, left: Any, right: Any) -> Any:
        """Combine two operators by the rule for their classes."""
        pair: tuple[type, type] = (left.__class__, right.__class__)
        rule = self._found.get(pair)
        if rule is None:
            rule = self._found[pair] = self.find(*pair)
        return rule(left, right)

    def find(self, left: type, right: type) -> Rule:
        """Return the first rule that fits two classes."""
        for first, second, rule in self._rows:
            if issubclass(left, first) and issubclass(right, second):
                return rule
            if self._commutes and issubclass(left, second) and issubclass(right, first):
                return _exchanged(rule)
        raise TypeError(f"no rule for {left.__name__} and {right.__name__}")


def _exchanged(rule: Rule) -> Rule:
    """Return a rule that takes its arguments the other way round."""

    def exchanged(left: Any, right: Any) -> Any:
        return rule(right, left)

    return exchanged
