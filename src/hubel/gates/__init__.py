"""Every gate: one kind of operation each, stated once."""

from hubel.gates import (
    _arithmetic,
    _chain,
    _exponential,
    _layout,
    _matmul,
    _sum,
)

__all__ = ["_arithmetic", "_chain", "_exponential", "_layout", "_matmul", "_sum"]
