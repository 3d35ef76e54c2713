"""Einstein sums: one gate that is linear in each of its operands.

The gate's ``subscripts`` are in a normal form, so that equal sums are equal parameters:
there are two operands at least, the letters of each differ, every letter stands in two
operands or in one and the output, and the letters are a, b, c ... in order of
appearance. The transposes of a sum in this form are sums in this form.
"""

from __future__ import annotations

import math
from functools import lru_cache
from string import ascii_letters
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates.batch import Call, one_by_one
from hubel.gates.define import Multilinear, define
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

LARGE = 512
"""From this many elements on, a matrix product is faster than NumPy's loop."""

Words = tuple[str, ...]


@lru_cache(4096)
def split(subscripts: str) -> tuple[Words, str]:
    """Split subscripts in normal form into the operands' letters and the output's.

    >>> split("ab,bc->ac")
    (('ab', 'bc'), 'ac')
    """
    inputs, output = subscripts.split("->")
    return tuple(inputs.split(",")), output


def renamed(inputs: Words, output: str) -> str:
    """Write subscripts with the letters a, b, c ... in order of appearance.

    >>> renamed(("ij", "jk"), "ik")
    'ab,bc->ac'
    """
    order = "".join(dict.fromkeys("".join(inputs)))
    table = str.maketrans(order, ascii_letters[: len(order)])
    return f"{','.join(inputs)}->{output}".translate(table)


def lengths(inputs: Words, shapes: tuple[tuple[int, ...], ...]) -> dict[str, int]:
    """Give the length of every letter, and check that operands agree on it."""
    found: dict[str, int] = {}
    for number, (word, shape) in enumerate(zip(inputs, shapes, strict=True)):
        if len(word) != len(shape):
            raise ShapeError(
                f"subscripts {word!r} for operand {number} of shape {shape}",
                remedy="write one letter for each axis, or ... for the rest",
            )
        for letter, length in zip(word, shape, strict=True):
            if found.setdefault(letter, length) != length:
                raise ShapeError(
                    f"axis {letter!r} has length {length} in operand {number} and "
                    f"{found[letter]} in one before it",
                    remedy="axes of one letter need equal lengths",
                )
    return found


@lru_cache(4096)
def _path(subscripts: str, shapes: tuple[tuple[int, ...], ...]) -> Any:
    """Choose the order in which several operands are multiplied."""
    empty = [np.broadcast_to(np.float64(0), shape) for shape in shapes]
    return np.einsum_path(subscripts, *empty, optimize="greedy")[0]


def _einsum(*operands: Value, subscripts: str, out: Any = None) -> Any:
    arrays = [np.asarray(x) for x in operands]
    if len(arrays) > 2:
        path = _path(subscripts, tuple([x.shape for x in arrays]))
        return np.einsum(subscripts, *arrays, out=out, optimize=path)
    x, y = arrays
    if x.size + y.size >= LARGE and _groups(subscripts)[2]:
        return _by_matmul(x, y, subscripts, out)
    return np.einsum(subscripts, x, y, out=out)


@lru_cache(4096)
def _groups(subscripts: str) -> Words:
    """Sort the letters of a product of two: batch, left, summed, right."""
    (x, y), output = split(subscripts)
    return (
        "".join(a for a in x if a in y and a in output),
        "".join(a for a in x if a not in y),
        "".join(a for a in x if a in y and a not in output),
        "".join(a for a in y if a not in x),
    )


def _by_matmul(x: Any, y: Any, subscripts: str, out: Any) -> Any:
    """Compute a product of two by one (batched) matrix product."""
    batch, left, summed, right = _groups(subscripts)
    (x_word, y_word), output = split(subscripts)
    length = dict(zip(x_word + y_word, x.shape + y.shape, strict=True))

    def arranged(array: Any, word: str, *groups: str) -> Any:
        order = [word.index(letter) for letter in "".join(groups)]
        sizes = [math.prod([length[a] for a in group]) for group in groups]
        return array.transpose(order).reshape(sizes)

    left_matrix = arranged(x, x_word, batch, left, summed)
    product = left_matrix @ arranged(y, y_word, batch, summed, right)
    have = batch + left + right
    product = product.reshape([length[a] for a in have])
    product = product.transpose([have.index(a) for a in output])
    if out is None:
        return product[()]
    np.copyto(out, product)
    return out


def _infer(*operands: Spec, subscripts: str) -> Spec:
    inputs, output = split(subscripts)
    found = lengths(inputs, tuple([x.shape for x in operands]))
    used = "".join(inputs) + output
    if len(inputs) < 2 or any(used.count(letter) < 2 for letter in found):
        raise ShapeError(
            f"subscripts {subscripts!r} are not in normal form",
            remedy="call np.einsum, which brings them there",
        )
    shape = tuple([found[letter] for letter in output])
    return Spec(shape, np.result_type(*[x.dtype for x in operands]))


class Operand(Multilinear):
    """One of many arguments; the transpose is told which one it brings back."""

    __slots__ = ()

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the transpose for one operand."""
        return self.transpose(g, position, args, **params)


def _to_operand(
    g: Value, position: int, args: tuple[Value, ...], subscripts: str
) -> Value:
    """Multiply by the other operands and sum to the letters of this one."""
    inputs, output = split(subscripts)
    words = (output, *inputs[:position], *inputs[position + 1 :])
    others = (*args[:position], *args[position + 1 :])
    return einsum(g, *others, subscripts=renamed(words, inputs[position]))


def _operations(node: Node) -> float:
    """Count a multiplication by each further operand and an addition, per product."""
    inputs, _ = split(node.params["subscripts"])
    found = lengths(inputs, tuple([i.shape for i in node.inputs]))
    return float(math.prod(found.values()) * len(inputs))


def _batch(call: Call) -> Value:
    """Give the examples a letter of their own."""
    inputs, output = split(call.params["subscripts"])
    free = [letter for letter in ascii_letters if letter not in "".join(inputs)]
    if not free:
        return one_by_one(call)
    words = [
        free[0] + word if batched else word
        for word, batched in zip(inputs, call.batched, strict=True)
    ]
    return einsum(*call.args, subscripts=renamed((*words,), free[0] + output))


einsum = define(
    "einsum",
    _einsum,
    _infer,
    Operand(_to_operand),
    kind="product",
    fills=True,
    operations=_operations,
    letters=lambda node: node.params["subscripts"],
    batch=_batch,
)
