"""A net as one safetensors file: its arrays, and in its metadata what it is.

The file is self-contained: from the metadata the net is built anew, then every array is
taken by its path in the tree. Everything is checked before memory is allocated for it,
and nothing in a file is ever executed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError, RunError
from hubel.experiments._atomic import write_whole
from hubel.experiments._nets import NetSpec
from hubel.experiments._tensors import Kind, TensorFile, as_tensors, read_tensors
from hubel.nn import Sequential, describe
from hubel.tracing.tree import flatten, unflatten

_FORMAT = 1
_LARGEST_FILE = 2**32
_KIND = Kind(
    "a net that hubel saved", "Give the folder of a run that `hubel train` wrote."
)


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
    told = {
        "format": _FORMAT,
        "description": describe(saved.net),
        "net": saved.spec.as_json(),
        "class_names": saved.class_names,
    }
    leaves, tree = flatten(saved.net)
    write_whole(path, as_tensors(dict(zip(tree.paths(), leaves, strict=True)), told))


def read_net(path: Path) -> SavedNet:
    """Return the net of a file that `write_net` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged, or holds anything else.
    """
    file = read_tensors(path, _KIND, largest=_LARGEST_FILE)
    spec, class_names = _metadata(file)
    leaves, tree = flatten(_empty(file, spec))
    names = list(tree.paths())
    file.compare(dict(zip(names, leaves, strict=True)))
    arrays = file.arrays()
    for name in names:
        if not np.isfinite(arrays[name]).all():
            raise RunError(f"{path}: {name} holds a number that is not finite")
    net = unflatten(tree, [arrays[name] for name in names])
    return SavedNet(net, spec, class_names)


def _metadata(file: TensorFile) -> tuple[NetSpec, tuple[str, ...]]:
    """Return what the metadata say about the net."""
    told = file.told
    try:
        if told["format"] != _FORMAT:
            raise ValueError(f"its format {told['format']!r} is not {_FORMAT!r}")
        spec = NetSpec.from_json(told["net"])
        names = _class_names(told["class_names"], spec.classes)
    except (KeyError, TypeError):
        raise file.refusal("its metadata are damaged") from None
    except ValueError as error:
        reason = error.problem if isinstance(error, OptionError) else str(error)
        raise file.refusal(reason) from None
    return spec, names


def _class_names(value: Any, count: int) -> tuple[str, ...]:
    """Return as many names as there are classes."""
    names = tuple(cast("list[Any]", value)) if isinstance(value, list) else ()
    if len(names) != count or not all(isinstance(name, str) for name in names):
        raise ValueError("its class names do not fit the net")
    return names


def _empty(file: TensorFile, spec: NetSpec) -> Sequential:
    """Return the net to fill, unless the file is too small to hold its numbers."""
    least = sum((a + 1) * b for a, b in zip(spec.widths, spec.widths[1:], strict=False))
    size = len(file.content)
    if 4 * least > size:
        raise file.refusal(f"{size:,} bytes are too few for its net")
    return spec.empty()
