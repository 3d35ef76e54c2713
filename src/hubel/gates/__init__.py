"""Every gate: one kind of operation each, stated once."""

from hubel.gates import (
    _arithmetic,
    _axes,
    _cast,
    _chain,
    _concatenate,
    _exponential,
    _flip,
    _gather,
    _index,
    _join,
    _layout,
    _matmul,
    _repeat,
    _slice,
    _split,
    _sum,
)

__all__ = [
    "_arithmetic",
    "_axes",
    "_cast",
    "_chain",
    "_concatenate",
    "_exponential",
    "_flip",
    "_gather",
    "_index",
    "_join",
    "_layout",
    "_matmul",
    "_repeat",
    "_slice",
    "_split",
    "_sum",
]
