"""Many parts put into the same zeros, and added where they overlap.

This is the transpose of many reads of one array; its own transpose reads them again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._concatenate import Piece
from hubel.gates._slice import Basic, embed, inside, key_of, slice_of
from hubel.gates.batch import Call
from hubel.gates.define import define, dtype_of
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

Indices = tuple[Basic, ...]


def _common(parts: tuple[Value, ...]) -> np.dtype[Any]:
    return np.result_type(*{dtype_of(part) for part in parts})


def _embed_many(
    *parts: Value, indices: Indices, shape: tuple[int, ...], out: Any = None
) -> Any:
    if out is None:
        out = np.zeros(shape, _common(parts))
    else:
        out.fill(0)
    for part, index in zip(parts, indices, strict=True):
        out[key_of(index)] += part
    return out


def _infer(*parts: Spec, indices: Indices, shape: tuple[int, ...]) -> Spec:
    if not parts or len(parts) != len(indices):
        raise ShapeError(f"{len(parts)} parts for {len(indices)} indices")
    for part, index in zip(parts, indices, strict=True):
        embed.infer(part, index=index, shape=shape)
    return Spec(shape, _common(parts))


def _batch(call: Call) -> Value:
    indices = tuple([inside(i, call, call.shape) for i in call.params["indices"]])
    parts = [call.spread(i) for i in range(len(call.args))]
    return embed_many(*parts, indices=indices, shape=(call.size, *call.shape))


def _read_again(
    g: Value, position: int, parts: tuple[Value, ...], indices: Indices, **_: Any
) -> Value:
    return slice_of(g, index=indices[position])


def _operations(node: Node) -> float:
    """Count the zeros, and the additions of the parts."""
    return float(node.size + sum([part.size for part in node.inputs]))


embed_many = define(
    "embed_many",
    _embed_many,
    _infer,
    Piece(_read_again),
    kind="layout",
    fills=True,
    operations=_operations,
    batch=_batch,
)
