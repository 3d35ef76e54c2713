"""Signatures: what of a call's arguments a compiled function depends on."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any, cast

import numpy as np

from hubel.graph.node import Spec
from hubel.graph.term import Term
from hubel.tracing.tree import fields_of

PLAIN = (float, int, complex)
ARRAYS: Any = (np.ndarray, np.generic)


def signature(value: Any, leaves: list[Any]) -> Hashable:
    """Return structure, shapes, dtypes and static values; collect the leaves.

    This is ``flatten`` in one walk that makes nothing but nested tuples, because it
    runs at every call of a compiled function. Traced leaves give a signature that no
    plain argument has.

    Examples
    --------
    >>> leaves = []
    >>> signature((1.0, "same"), leaves)
    (<class 'tuple'>, <class 'float'>, (<class 'str'>, 'same'))
    >>> leaves
    [1.0, 'same']
    """
    kind = value.__class__
    if kind is np.ndarray:
        leaves.append(value)
        return value.shape, value.dtype
    if kind is tuple or kind is list:
        return (kind, *[signature(each, leaves) for each in value])
    if kind in PLAIN:
        leaves.append(value)
        return kind
    if isinstance(value, dict):
        entries = cast("dict[Hashable, Any]", value)
        inner = [signature(each, leaves) for each in entries.values()]
        return (kind, tuple(entries), *inner)
    if kind is Spec:
        return _of_spec(value, leaves)
    if hasattr(kind, "_fields"):
        return (kind, *[signature(each, leaves) for each in value])
    if dataclasses.is_dataclass(value):
        return _of_dataclass(kind, value, leaves)
    if value is None:
        return None
    leaves.append(value)
    return _of_leaf(kind, value)


def _of_dataclass(kind: Any, value: Any, leaves: list[Any]) -> Hashable:
    moving, fixed = fields_of(kind)
    inner = [signature(getattr(value, name), leaves) for name in moving]
    return (kind, *[getattr(value, name) for name in fixed], *inner)


def _of_spec(spec: Spec, leaves: list[Any]) -> Hashable:
    """Return the signature of what a spec stands for."""
    leaves.append(spec)
    kinds = {"f": float, "i": int, "c": complex}
    return kinds[spec.dtype.kind] if spec.weak else (spec.shape, spec.dtype)


def _of_leaf(kind: Any, value: Any) -> Hashable:
    if isinstance(value, Term):
        return Term
    if isinstance(value, ARRAYS):
        return value.shape, value.dtype
    return kind, value
