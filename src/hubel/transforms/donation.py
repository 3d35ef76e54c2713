"""Donated arguments: which results are written into whose arrays, and whether they may.

A donated array is overwritten while other arguments are still read, so it must not
share memory with any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Spec

ARRAY: Any = np.ndarray


def pair(graph: CoreGraph, offered: list[str]) -> dict[str, str]:
    """Give each output the first donated input of its spec that is still free."""
    free: dict[Spec, list[str]] = {}
    for name in offered:
        free.setdefault(graph.inputs[name].spec, []).append(name)
    pairs: dict[str, str] = {}
    for name, node in graph.outputs.items():
        waiting = free.get(node.spec)
        if waiting:
            pairs[name] = waiting.pop(0)
    return pairs


def check_donated(names: Sequence[str], inputs: Sequence[Any], given: set[str]) -> None:
    """Raise ``OptionError`` unless the donated inputs may be overwritten.

    Parameters
    ----------
    names : sequence of str
        What each input is called.
    inputs : sequence
        Arrays and scalars.
    given : set of str
        The names of those that are donated.
    """
    for name, array in zip(names, inputs, strict=True):
        if name in given and not array.flags.writeable:
            raise OptionError(
                f"{name} is donated, but its array is read-only",
                remedy="donate an array that may be overwritten, such as a copy",
            )
    if _own_memory(inputs):
        return
    for i, array in enumerate(inputs):
        for j, other in enumerate(inputs):
            if names[i] in given and i != j and _overlap(array, other):
                raise OptionError(
                    f"{names[i]} is donated, but its array shares memory with that of "
                    f"{names[j]}",
                    remedy="donate a copy, or pass one as the other argument",
                )


def _own_memory(inputs: Sequence[Any]) -> bool:
    """Whether every array lies in memory that some array owns, no two in the same."""
    owners: set[int] = set()
    count = 0
    for each in inputs:
        if not isinstance(each, ARRAY):
            continue
        owner = each if each.base is None else each.base
        if owner.__class__ is not ARRAY:
            return False
        owners.add(id(owner))
        count += 1
    return len(owners) == count


def _overlap(array: Any, other: Any) -> bool:
    return isinstance(other, ARRAY) and np.may_share_memory(array, other)
