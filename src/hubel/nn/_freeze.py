"""Freezing: which modules of a net training changes, as one switch."""

from __future__ import annotations

from typing import Any, cast

from hubel.nn._module import Frozen, Module
from hubel.tracing.tree import fields_of


def freeze(module: Module, freeze: bool = True) -> Module:
    """Return a module as one that training does not change.

    Parameters
    ----------
    module : Module
        A layer or a whole net; it stays as it is.
    freeze : bool
        False gives the module itself, so that frozen and trained differ by a switch.

    Examples
    --------
    >>> from hubel.nn import Linear, Sequential
    >>> net = Sequential(freeze(Linear(3, 2)), Linear(2, 1))
    >>> net
    Sequential(Frozen(Linear(3, 2)), Linear(2, 1))
    >>> net.count_parameters()
    3
    """
    return module.freeze(freeze)


def unfreeze(net: Module) -> Any:
    """Return a net in which nothing is frozen any more, with the same numbers.

    Parameters
    ----------
    net : Module
        It stays as it is. Fields that are fixed by their nature, such as the mean of
        :class:`Normalize`, stay fixed.

    Returns
    -------
    Module

    Examples
    --------
    >>> from hubel.nn import Linear, Sequential
    >>> unfreeze(Sequential(freeze(Linear(3, 2)), Linear(2, 1)))
    Sequential(Linear(3, 2), Linear(2, 1))
    """
    return _unfrozen(net)


def _unfrozen(value: Any) -> Any:
    """Take every ``Frozen`` away from what a value is made of."""
    if isinstance(value, Frozen):
        return _unfrozen(value.inner)
    if isinstance(value, Module):
        names = fields_of(type(value))[0]
        return value.replace(**{n: _unfrozen(getattr(value, n)) for n in names})
    if isinstance(value, list | tuple):
        parts = [_unfrozen(each) for each in cast("list[Any]", value)]
        return tuple(parts) if isinstance(value, tuple) else parts
    if isinstance(value, dict):
        return {k: _unfrozen(v) for k, v in cast("dict[Any, Any]", value).items()}
    return value
