"""Who does a product: code of our own or the library, whichever is faster here.

Both are timed once on a machine; the answer is kept on disk beside the objects.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
import warnings
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import numpy as np

from hubel.compiler.llvm import binding, blas, cache
from hubel.compiler.llvm.gemm.kind import BFLOAT16, memory_of
from hubel.compiler.llvm.gemm.machine import Machine, find_machine, has_bfloat16
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape, text_of
from hubel.compiler.llvm.gemm.proposal import propose
from hubel.compiler.llvm.gemm.trial import is_right
from hubel.compiler.llvm.target import host
from hubel.compiler.openblas import one_thread
from hubel.errors import NativeError, OptionError

VARIABLE = "HUBEL_GEMM"
"""``own``, ``blas``, or ``auto``: what a measurement finds, which is the default."""

_OWN, _LIBRARY = "own", "blas"
_SECONDS = 5e-4
"""How long each is timed, at least."""

_TIMES = 3
"""How often each is timed, at least."""

_LEAST = 2**17
"""Products of fewer multiplications are not worth a module and a measurement."""

_MOST = 2**24
"""Products of more multiplications are timed with shorter extents, and are alike."""

_log = logging.getLogger(__name__)
_warned = threading.Event()
_lock = threading.Lock()
_chosen: dict[Shape, str] = {}
_told: ContextVar[Mapping[str, str]] = ContextVar("products told")
_made: ContextVar[dict[str, str]] = ContextVar("products made")


def choose(shape: Shape) -> OwnProduct | None:
    """Return our own code for a product, ready to be called; None for the library's.

    What may be rounded to bfloat16 is so where that is faster.

    Raises
    ------
    OptionError
        If ``HUBEL_GEMM`` is none of its three words.
    """
    wish, machine = _wish(), find_machine(host())
    if machine is None or 0 in shape.extents:
        return None
    if shape.dtype == BFLOAT16:
        if has_bfloat16(host()):
            rounded = _choose(shape, wish, machine)
            if rounded is not None:
                return rounded
        else:
            _warn()
        shape = replace(shape, dtype="float32")
    return _choose(shape, wish, machine)


def _warn() -> None:
    """Say, once, that nothing is rounded."""
    if _warned.is_set():
        return
    _warned.set()
    warnings.warn(
        "products stay in float32: this processor has no instructions for bfloat16",
        RuntimeWarning,
        stacklevel=2,
    )


def _choose(shape: Shape, wish: str, machine: Machine) -> OwnProduct | None:
    """Do the same for this dtype alone."""
    told = _told.get({}).get(str(shape), "")
    if not told and wish == "auto" and math.prod(shape.extents) < _LEAST:
        return None
    own = propose(shape, machine)
    found = _told_or_found(own, told, wish)
    _made.get({})[str(shape)] = found
    if found == _LIBRARY:
        return None
    own.bind()
    return own


@contextmanager
def same_choices(told: Mapping[str, str] | None = None) -> Generator[dict[str, str]]:
    """Let products be done as they were in another run, and say who does them.

    Who does a product depends on measurements. A run that is to be repeated to the last
    bit keeps what this gives, and gives it when it is repeated.

    Parameters
    ----------
    told : mapping, optional
        What this gave in the other run.

    Yields
    ------
    dict
        ``own`` or ``blas`` for each product that this thread asks for in the block.

    Raises
    ------
    OptionError
        If another word is told than ``own`` and ``blas``.
    """
    for shape, chosen in (told or {}).items():
        if chosen not in (_OWN, _LIBRARY):
            raise OptionError(
                f"the product {shape!r} is to be done by {chosen!r}",
                remedy=f"Give what was kept: {_OWN!r} or {_LIBRARY!r}.",
            )
    made: dict[str, str] = {}
    tokens = _told.set(told or {}), _made.set(made)
    try:
        yield made
    finally:
        _told.reset(tokens[0])
        _made.reset(tokens[1])


def _told_or_found(own: OwnProduct, told: str, wish: str) -> str:
    """Return who does a product."""
    if _LIBRARY in (told, wish):
        return _LIBRARY
    if told:
        return _OWN if _is_right(own) else _LIBRARY
    with _lock:
        if own.shape not in _chosen:
            _chosen[own.shape] = _decide(own, wish)
        return _chosen[own.shape]


def _wish() -> str:
    """Return what the environment asks for."""
    wish = os.environ.get(VARIABLE, "").strip().lower() or "auto"
    if wish not in (_OWN, _LIBRARY, "auto"):
        raise OptionError(
            f"{VARIABLE} is {wish!r}",
            remedy="Set it to own, blas or auto, or unset it.",
        )
    return wish


def _decide(own: OwnProduct, wish: str) -> str:
    """Ask the disk, or time both, if ours is right at all."""
    library = blas.find_product(memory_of(own.shape.dtype))
    name = _key(own, library, wish)
    kept = cache.read(name)
    if kept in (_OWN.encode(), _LIBRARY.encode()):
        return kept.decode()
    found = _LIBRARY
    if _is_right(own) and (wish == _OWN or _is_faster(own, library)):
        found = _OWN
    cache.write(name, found.encode())
    return found


def _is_right(own: OwnProduct) -> bool:
    try:
        return is_right(own.code)
    except NativeError as error:
        _log.debug("no product of our own for %s: %s", own.shape, error)
        return False


def _key(own: OwnProduct, library: blas.Product | None, wish: str) -> str:
    """Return the name of a decision: all that it depends on."""
    target = host()
    return cache.key(
        "who does a product",
        wish,
        str(own.shape),
        str(own.blocks),
        text_of(own.code),
        target.cpu,
        target.features,
        binding.versions(),
        library.symbol if library else "",
        os.environ.get("OPENBLAS_CORETYPE", ""),
    )


def _is_faster(own: OwnProduct, library: blas.Product | None) -> bool:
    """Time both in turn and compare the shortest times.

    What rounds is compared with what does not, by code of our own too.

    One thread does each: threads that share a large product gain the same either way,
    and those of a library that wait for a small one take the time of ours.
    """
    own = _shortened(own)
    shape = own.shape
    arrays = _arrays(shape)
    ours = own.caller(arrays)
    theirs = _other(shape, arrays, library)
    if theirs is None:
        return True
    with one_thread():
        first, second = _times((ours, theirs))
    _log.debug("%s: %.1f us, otherwise %.1f us", shape, 1e6 * first, 1e6 * second)
    return first <= second


def _other(
    shape: Shape, arrays: list[np.ndarray[Any, Any]], library: blas.Product | None
) -> Callable[[], object] | None:
    """Return what a product of our own is compared with."""
    machine = find_machine(host())
    if shape.dtype == BFLOAT16 and machine is not None:
        return propose(replace(shape, dtype="float32"), machine).caller(arrays)
    if library is None:
        return None
    factors = 1.0, float(shape.accumulate)
    return lambda: blas.multiply(
        library, arrays, shape.extents, shape.transposed, factors
    )


def _shortened(own: OwnProduct) -> OwnProduct:
    """Return the product with extents that can be timed quickly, for the same code."""
    extents = list(own.shape.extents)
    while math.prod(extents) > _MOST:
        longest = extents.index(max(extents))
        unit = own.code.units[longest]
        less = extents[longest] // 2 // unit * unit
        if not less:
            break
        extents[longest] -= less
    m, n, k = extents
    return replace(own, shape=replace(own.shape, extents=(m, n, k)))


def _arrays(shape: Shape) -> list[np.ndarray[Any, Any]]:
    """Return A, B and C, with rows as far apart as they will be."""
    m, n, k = shape.extents
    first, second = shape.transposed
    heights = (k if first else m, n if second else k, m)
    return [
        np.ones((height, row), memory_of(shape.dtype))
        for height, row in zip(heights, shape.rows, strict=True)
    ]


def _times(calls: tuple[Callable[[], object], ...]) -> list[float]:
    """Return the shortest time of each."""
    best = [float("inf")] * len(calls)
    for call in calls:
        call()
    end = time.perf_counter() + len(calls) * _SECONDS
    turn = 0
    while turn < _TIMES or time.perf_counter() < end:
        turn += 1
        for i, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[i] = min(best[i], time.perf_counter() - start)
    return best
