"""Links: how the elements of a gate's result hang on the elements of one argument."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from hubel.derive.dependence import Dependence, Mask
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern
from hubel.structure.rows import row_of


class Link:
    """The structure of one local gradient, without its numbers."""

    __slots__ = ()

    @abstractmethod
    def apply(self, argument: Dependence) -> Dependence:
        """Return the dependence of the result through this argument."""

    @abstractmethod
    def reach(self, wanted: Mask) -> Mask:
        """Return which elements of the argument the wanted results depend on."""


@dataclass(frozen=True, slots=True)
class Same(Link):
    """Each element of the result hangs on the same one of the argument."""

    def apply(self, argument: Dependence) -> Dependence:
        """Return the same dependence."""
        return argument

    def reach(self, wanted: Mask) -> Mask:
        """Return the same elements."""
        return wanted


@dataclass(frozen=True, slots=True, eq=False)
class Picked(Link):
    """Each element of the result hangs on one of the argument, or on none (-1)."""

    index: Index
    size: int

    def apply(self, argument: Dependence) -> Dependence:
        """Take the rows that were picked."""
        return argument.taken(self.index)

    def reach(self, wanted: Mask) -> Mask:
        """Mark what the wanted results picked."""
        found = np.zeros(self.size, np.bool_)
        found[self.index[wanted & (self.index >= 0)]] = True
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Grouped(Link):
    """Each element of the result hangs on a group of the argument's elements.

    Attributes
    ----------
    labels : array of int
        The group of each element of the argument; -1 for none.
    count : int
        How many groups there are.
    picks : array of int or None
        The group of each element of the result; None where they are in order.
    """

    labels: Index
    count: int
    picks: Index | None = None

    def apply(self, argument: Dependence) -> Dependence:
        """Unite each group, then give each result its group."""
        united = argument.grouped(self.labels, self.count)
        return united if self.picks is None else united.taken(self.picks)

    def reach(self, wanted: Mask) -> Mask:
        """Mark the members of the groups that are wanted."""
        groups = wanted
        if self.picks is not None:
            groups = Picked(self.picks, self.count).reach(wanted)
        none = np.append(groups, False)  # label -1 reads the last
        return none[self.labels]


@dataclass(frozen=True, slots=True, eq=False)
class Placed(Link):
    """The places of the local gradient are listed."""

    pattern: Pattern

    def apply(self, argument: Dependence) -> Dependence:
        """Multiply the patterns."""
        return argument.through(self.pattern)

    def reach(self, wanted: Mask) -> Mask:
        """Mark the columns of the wanted rows."""
        found = np.zeros(self.pattern.width, np.bool_)
        found[self.pattern.columns[wanted[row_of(self.pattern.starts)]]] = True
        return found


@dataclass(frozen=True, slots=True)
class Running(Link):
    """Each element hangs on all up to its place along an axis, or from it on."""

    shape: tuple[int, ...]
    axis: int
    reverse: bool

    def apply(self, argument: Dependence) -> Dependence:
        """Unite along the axis."""
        return argument.running(self.shape, self.axis, self.reverse)

    def reach(self, wanted: Mask) -> Mask:
        """Mark all that comes before a wanted one, or after it."""
        along = (slice(None),) * self.axis + (
            slice(None, None, 1 if self.reverse else -1),
        )
        marked = wanted.reshape(self.shape)[along]
        return np.logical_or.accumulate(marked, axis=self.axis)[along].reshape(-1)


@dataclass(frozen=True, slots=True, eq=False)
class Masked(Link):
    """A link through which nothing comes to some elements of the result."""

    link: Link
    keep: Mask

    def apply(self, argument: Dependence) -> Dependence:
        """Apply the link, and empty the rows of those elements."""
        return self.link.apply(argument).kept(self.keep)

    def reach(self, wanted: Mask) -> Mask:
        """Leave those elements out."""
        return self.link.reach(wanted & self.keep)


def everything(argument: int, result: int) -> Link:
    """Return the link in which each result hangs on the whole argument."""
    labels = np.zeros(argument, np.intp)
    return Grouped(labels, 1, np.zeros(result, np.intp))
