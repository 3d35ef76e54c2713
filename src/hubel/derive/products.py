"""Products of arrays: what each operand alone does while the others are held."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.gates._einsum import lengths, split
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import (
    BlockDiagonal,
    Dense,
    Diagonal,
    Operator,
    Selection,
    compose,
    identity,
    kronecker,
)

Array = np.ndarray[Any, Any]

_GROWTH = 16
"""Held operands whose product has more entries than this times theirs are left alone:
then it is cheaper to apply the gate than to write its matrix down."""


@dataclass(frozen=True)
class Roles:
    """What each letter of an Einstein sum is to one operand.

    Attributes
    ----------
    batch : str
        In the operand, in others and in the result.
    kept : str
        In the operand and the result alone: along it the map is the identity.
    inside : str
        Summed over.
    outside : str
        In the result, from the other operands.
    """

    batch: str
    kept: str
    inside: str
    outside: str

    @classmethod
    def of(cls, word: str, others: str, output: str) -> Roles:
        """Sort the letters of an operand and of the result.

        >>> Roles.of("ab", "bc", "ac")
        Roles(batch='', kept='a', inside='b', outside='c')
        """
        return cls(
            "".join(a for a in word if a in output and a in others),
            "".join(a for a in word if a in output and a not in others),
            "".join(a for a in word if a not in output),
            "".join(a for a in output if a not in word),
        )


def multiplying(
    node: Node, position: int, values: Mapping[Node, Value]
) -> Operator | None:
    """Return the matrix of the other operands, beside what it leaves as it is."""
    letters = node.gate.facts.letters
    subscripts = letters(node) if letters else ""
    if not subscripts:
        return None
    inputs, output = split(subscripts)
    length = lengths(inputs, tuple([i.shape for i in node.inputs]))
    word = inputs[position]
    others = (*inputs[:position], *inputs[position + 1 :])
    roles = Roles.of(word, "".join(others), output)
    sources = (*node.inputs[:position], *node.inputs[position + 1 :])
    matrix = roles.batch + roles.outside + roles.inside
    size = math.prod(length[a] for a in matrix)
    if not size or size > _GROWTH * (node.size + sum(i.size for i in sources)):
        return None
    held = [np.asarray(values[i]) for i in sources]
    # A copy: the arrays may be the caller's, and the operator stays.
    found = np.array(np.einsum(f"{','.join(others)}->{matrix}", *held), node.dtype)
    return _arranged(found, roles, word, output, length)


def _arranged(
    matrix: Array, roles: Roles, word: str, output: str, length: dict[str, int]
) -> Operator:
    """Return the map from an operand's axes to the result's axes in their orders."""
    batch, kept, inside, outside = _counts(roles, length)
    blocks = matrix.reshape(batch, outside, inside)
    before, after = roles.kept + roles.batch, roles.batch + roles.kept
    if _fits(word, output, before, roles):
        return kronecker(identity((kept,), matrix.dtype), _core(blocks))
    if word == roles.batch + roles.inside + roles.kept and (
        output == roles.batch + roles.outside + roles.kept
    ):
        return kronecker(_core(blocks), identity((kept,), matrix.dtype))
    if _fits(word, output, after, roles):
        shape = (batch, kept, outside, inside)
        same = np.broadcast_to(blocks[:, None], shape)
        return BlockDiagonal(same.reshape(batch * kept, outside, inside))
    first = _reorder(word, before + roles.inside, length, matrix.dtype)
    last = _reorder(before + roles.outside, output, length, matrix.dtype)
    middle = kronecker(identity((kept,), matrix.dtype), _core(blocks))
    return compose([last, middle, first])


def _counts(roles: Roles, length: dict[str, int]) -> list[int]:
    words = (roles.batch, roles.kept, roles.inside, roles.outside)
    return [math.prod(length[a] for a in word) for word in words]


def _fits(word: str, output: str, first: str, roles: Roles) -> bool:
    """Whether both orders are some letters first, then what is summed or comes new."""
    return word == first + roles.inside and output == first + roles.outside


def _core(blocks: Array) -> Operator:
    """Return a matrix for each batch element, in the simplest class."""
    if blocks.shape[1:] == (1, 1):
        return Diagonal(blocks.reshape(-1))
    return Dense(blocks[0]) if len(blocks) == 1 else BlockDiagonal(blocks)


def _reorder(
    word: Sequence[str], wanted: Sequence[str], length: dict[str, int], dtype: Any
) -> Operator:
    """Return the permutation from one order of axes to another."""
    shape = tuple([length[a] for a in word])
    if word == wanted:
        return identity(shape, dtype)
    positions = np.arange(math.prod(shape)).reshape(shape)
    order = [word.index(a) for a in wanted]
    return Selection(positions.transpose(order), shape, np.ones((), dtype))
