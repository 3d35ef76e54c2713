"""A net as one safetensors file: its arrays, and in its metadata what it is.

The file is self-contained: from the metadata the net is built anew, then every array is
taken by its path in the tree. Everything is checked before memory is allocated for it,
and nothing in a file is ever executed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError, RunError
from hubel.experiments._atomic import write_whole
from hubel.experiments._nets import NetSpec
from hubel.nn import Sequential, describe
from hubel.tracing.tree import flatten, unflatten

_FORMAT = 1
_LARGEST_HEADER = 2**20
_LARGEST_FILE = 2**32

Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class SavedNet:
    """A net with what its file says about it."""

    net: Sequential
    spec: NetSpec
    class_names: tuple[str, ...]


def write_net(path: Path, saved: SavedNet) -> None:
    """Write a net, atomically.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    from safetensors.numpy import save

    told = {
        "format": _FORMAT,
        "description": describe(saved.net),
        "net": saved.spec.as_json(),
        "class_names": saved.class_names,
    }
    # One entry alone: safetensors writes several in an order that changes each time,
    # and equal nets are to give equal files.
    metadata = {"hubel": json.dumps(told)}
    leaves, tree = flatten(saved.net)
    arrays = {
        name: np.ascontiguousarray(leaf)
        for name, leaf in zip(tree.paths(), leaves, strict=True)
    }
    write_whole(path, save(arrays, metadata))


def read_net(path: Path) -> SavedNet:
    """Return the net of a file that `write_net` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds anything else.
    """
    content = _read(path)
    header = _header(path, content)
    spec, class_names = _metadata(path, header)
    leaves, tree = flatten(_empty(path, spec, len(content)))
    names = list(tree.paths())
    _compare(path, header, dict(zip(names, leaves, strict=True)))
    arrays = _arrays(path, content)
    for name in names:
        if not np.isfinite(arrays[name]).all():
            raise RunError(f"{path}: {name} holds a number that is not finite")
    net = unflatten(tree, [arrays[name] for name in names])
    return SavedNet(net, spec, class_names)


def _read(path: Path) -> bytes:
    """Return the bytes of a file of a sane size."""
    try:
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            raise _refusal(path, f"{size:,} bytes are more than any saved net has")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RunError(f"{path}: cannot be read: {reason}") from error


def _header(path: Path, content: bytes) -> dict[str, Any]:
    """Return the header: what arrays there are, and the metadata."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(_LARGEST_HEADER, len(content) - 8):
        raise _refusal(path, "it does not begin with a header")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise _refusal(path, "its header is not JSON")
    return cast("dict[str, Any]", header)


def _metadata(path: Path, header: dict[str, Any]) -> tuple[NetSpec, tuple[str, ...]]:
    """Return what the metadata say about the net."""
    try:
        told = json.loads(header["__metadata__"]["hubel"])
        if told["format"] != _FORMAT:
            raise ValueError(f"its format {told['format']!r} is not {_FORMAT!r}")
        spec = NetSpec.from_json(told["net"])
        names = _class_names(told["class_names"], spec.classes)
    except (KeyError, TypeError, RecursionError, json.JSONDecodeError):
        raise _refusal(path, "its metadata are damaged") from None
    except ValueError as error:
        reason = error.problem if isinstance(error, OptionError) else str(error)
        raise _refusal(path, reason) from None
    return spec, names


def _class_names(value: Any, count: int) -> tuple[str, ...]:
    """Return as many names as there are classes."""
    names = tuple(cast("list[Any]", value)) if isinstance(value, list) else ()
    if len(names) != count or not all(isinstance(name, str) for name in names):
        raise ValueError("its class names do not fit the net")
    return names


def _empty(path: Path, spec: NetSpec, size: int) -> Sequential:
    """Return the net to fill, unless the file is too small to hold its numbers."""
    least = sum((a + 1) * b for a, b in zip(spec.widths, spec.widths[1:], strict=False))
    if 4 * least > size:
        raise _refusal(path, f"{size:,} bytes are too few for its net")
    return spec.empty()


def _compare(path: Path, header: dict[str, Any], expected: Arrays) -> None:
    """Refuse a file whose arrays are not exactly those of the net."""
    found = {name: entry for name, entry in header.items() if name != "__metadata__"}
    if set(found) != set(expected):
        raise _refusal(path, "its arrays are not those of its net")
    for name, array in expected.items():
        wanted = ("F32", list(array.shape))
        if (_field(found[name], "dtype"), _field(found[name], "shape")) != wanted:
            raise _refusal(
                path, f"{name} is not float32 of shape {array.shape}, as its net needs"
            )


def _field(entry: Any, name: str) -> Any:
    """Return a field of an entry of the header; None if there is none."""
    return cast("dict[str, Any]", entry).get(name) if isinstance(entry, dict) else None


def _arrays(path: Path, content: bytes) -> Arrays:
    """Return the arrays, which safetensors checks once more."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(content)
    except SafetensorError as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: Path, reason: str) -> RunError:
    """Return the error for a file that is not a saved net."""
    return RunError(
        f"{path}: not a net that hubel saved: {reason}",
        remedy="Give the folder of a run that `hubel train` wrote.",
    )
