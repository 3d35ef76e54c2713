"""Matrix products and Einstein sums by their letters: what each index runs over.

Axes of length 1 are left out: they change no flat position, and nothing broadcasts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np

from hubel.derive.links import Grouped, Link, Placed
from hubel.gates._einsum import split
from hubel.graph.node import Node
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern

FEW = 0.75
"""A known operand with at most this share of non-zeros is listed place by place."""
LISTED = 4_000_000
"""The most places of a listed local gradient."""


class Words(NamedTuple):
    """The letters of each operand's axes and of the result's, and their lengths."""

    operands: tuple[str, ...]
    result: str
    lengths: dict[str, int]


def words_of(node: Node) -> Words:
    """Return the letters of a product: an Einstein sum, or a matrix product."""
    shapes = [i.shape for i in node.inputs]
    if "subscripts" in node.params:
        words, result = split(node.params["subscripts"])
    else:
        words, result = _of_matmul(*[len(shape) for shape in shapes])
    lengths: dict[str, int] = {}
    for word, shape in zip(words, shapes, strict=True):
        for letter, length in zip(word, shape, strict=True):
            if lengths.get(letter, 1) == 1:  # what is 1 here may be longer there
                lengths[letter] = length
    operands = tuple(
        "".join(a for a, n in zip(word, shape, strict=True) if n != 1)
        for word, shape in zip(words, shapes, strict=True)
    )
    kept = "".join(a for a in result if lengths[a] != 1)
    return Words(operands, kept, lengths)


def _of_matmul(left: int, right: int) -> tuple[tuple[str, str], str]:
    """Give the letters of a matrix product of operands of so many axes."""
    i, j, k = ascii_letters[:3]
    batch = ascii_letters[3 : 3 + max(left, right, 2) - 2]
    x = (batch[len(batch) - (left - 2) :] + i + j) if left > 1 else j
    y = (batch[len(batch) - (right - 2) :] + j + k) if right > 1 else j
    rows, columns = i if left > 1 else "", k if right > 1 else ""
    return (x, y), batch + rows + columns


def positions(some: str, every: str, lengths: dict[str, int]) -> Index:
    """Return, for each point of ``every``, its flat position among ``some``'s points.

    ``some`` holds letters of ``every`` only.

    >>> positions("b", "ab", {"a": 2, "b": 3})
    array([0, 1, 2, 0, 1, 2])
    """
    flat = np.arange(math.prod([lengths[a] for a in some]))
    flat = flat.reshape([lengths[a] for a in some])
    order = [some.index(a) for a in every if a in some]
    flat = flat.transpose(order)
    flat = flat.reshape([lengths[a] if a in some else 1 for a in every])
    return np.broadcast_to(flat, [lengths[a] for a in every]).reshape(-1)


def product_link(words: Words, position: int, others: Sequence[Any]) -> Link:
    """Return how a product hangs on one operand.

    ``others`` holds the values of the other operands as far as they are known.
    """
    word = words.operands[position]
    if len(others) == 2 and others[1 - position] is not None:
        listed = _listed(words, position, others[1 - position])
        if listed is not None:
            return listed
    kept = "".join(a for a in words.result if a in word)
    labels = positions(kept, word, words.lengths)
    picks = positions(kept, words.result, words.lengths)
    return Grouped(labels, math.prod([words.lengths[a] for a in kept]), picks)


def _listed(words: Words, position: int, other: Any) -> Link | None:
    """List the places that a known operand leaves, if it has many zeros."""
    word, lengths = words.operands[position], words.lengths
    given = words.operands[1 - position]
    free = "".join(a for a in word if a not in given)
    filled = np.flatnonzero(other)
    count = filled.size * math.prod([lengths[a] for a in free])
    if filled.size > FEW * other.size or count > LISTED:
        return None
    at = np.unravel_index(filled, [lengths[a] for a in given]) if given else ()
    points = {a: p[:, None] for a, p in zip(given, at, strict=True)}
    size = math.prod([lengths[a] for a in free])
    for a in free:
        own = positions(a, free, lengths)
        points[a] = own[None, :]

    def flat(letters: str) -> Index:
        where = np.zeros((filled.size, size), np.intp)
        for a in letters:
            where = where * lengths[a] + points[a]
        return where.reshape(-1)

    rows = math.prod([lengths[a] for a in words.result])
    columns = math.prod([lengths[a] for a in word])
    return Placed(Pattern.at(flat(words.result), flat(word), (rows, columns)))
