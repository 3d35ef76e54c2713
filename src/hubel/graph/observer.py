"""Who watches the gates as they run: nobody, unless a context of this thread asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import get_ident
from typing import Any, Protocol

from hubel.graph.node import Node, Rule
from hubel.graph.registry import Value

Push = Callable[[Node, Mapping[Node, Value], dict[Node, Value]], Value | None]
"""Node, values and tangents so far, to the tangent of the node."""


class Observer(Protocol):
    """What is told of every gate that runs in its thread, forward and backward."""

    def computed(self, node: Node, value: Value, args: Sequence[Value]) -> None:
        """Note the value that a gate gave."""
        ...

    def pulling(self, node: Node, position: int, rule: Rule) -> Rule:
        """Return the rule to use in place of that of one argument of a node."""
        ...

    def pulled(self, gradients: Mapping[Node, Value]) -> None:
        """Note what a reverse sweep brought to the nodes."""
        ...

    def pushing(self, push: Push) -> Push:
        """Return the function to use in place of one that makes tangents."""
        ...

    def ran(
        self,
        name: str,
        inputs: Sequence[Value],
        run: Callable[[], Any],
        again: Sequence[Callable[[], Any]],
    ) -> Any:
        """Return ``run()``, a call of a compiled function of that name.

        Each of ``again`` does the same once more, gate by gate.
        """
        ...


OBSERVERS: dict[int, Observer] = {}
"""The observer of each thread that has one: empty, and so cheaply asked, otherwise."""


def observer() -> Observer | None:
    """Return who watches this thread."""
    return OBSERVERS.get(get_ident()) if OBSERVERS else None
