"""Revolve: reverse a chain of steps with few stored states and least recomputation.

With c slots and each step computed again at most r times, binomial(c + r, c) steps can
be reversed, and no schedule reverses more (Griewank & Walther 2000, "Algorithm 799:
revolve", ACM TOMS 26, proposition 1).
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Generic, TypeVar

State = TypeVar("State")


def reach(slots: int, repeats: int) -> int:
    """Count the steps that can be reversed, each computed again so often at most.

    >>> reach(10, 4)
    1001
    """
    return comb(slots + repeats, slots) if repeats >= 0 else 0


def repeats(steps: int, slots: int) -> int:
    """Say how often a step is computed again at most.

    >>> repeats(1001, 10), repeats(1002, 10)
    (4, 5)
    """
    count = 0
    while reach(slots, count) < steps:
        count += 1
    return count


def recomputed(steps: int, slots: int) -> int:
    """Count the steps that are computed again: the least number there is.

    The slots hold states, the first one among them; the steps that are reversed are
    computed once more than their values need, and that is counted.

    >>> recomputed(1001, 10)  # fewer than 4 sweeps over 1001 steps
    3640
    """
    count = repeats(steps, slots)
    return count * steps - reach(slots + 1, count - 1)


def split(steps: int, slots: int) -> int:
    """Say after how many steps to store the next state.

    Both parts have to stay within the bounds that make the count of steps that are
    computed again the least one: up to the next state with all slots, and from there
    with one slot less.
    """
    count = repeats(steps, slots)
    return max(1, reach(slots, count - 2), steps - reach(slots - 1, count))


class Checkpoints(Generic[State]):
    """The states that are stored while a chain is reversed.

    Parameters
    ----------
    steps, slots : int
        The length of the chain, and how many states are stored, the first one included.
        One more is at hand.
    first : State
        The state before step 0.
    """

    def __init__(self, steps: int, slots: int, first: State) -> None:
        self._slots = slots
        self._end = steps
        self._stored = [(0, first)]

    @property
    def count(self) -> int:
        """How many states there are, with the one at hand."""
        return len(self._stored)

    def last(self, advance: Callable[[State, int, int], State]) -> State:
        """Return the state before the last step that is not reversed yet.

        ``advance(state, begin, end)`` gives the state before step ``end``.
        """
        while True:
            begin, state = self._stored[-1]
            steps = self._end - begin
            if steps == 1:
                return state
            middle = begin + split(steps, self._slots - len(self._stored) + 1)
            self._stored.append((middle, advance(state, begin, middle)))

    def reversed(self) -> None:
        """Note that the last step is reversed, and drop the state before it."""
        self._stored.pop()
        self._end -= 1
