"""Who does a product: code of our own or the library, whichever is faster here.

Both are timed once on a machine; the answer is kept on disk beside the objects.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hubel.compiler.llvm import binding, blas, cache
from hubel.compiler.llvm.gemm.machine import find_machine
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape
from hubel.compiler.llvm.gemm.proposal import propose
from hubel.compiler.llvm.gemm.trial import is_right
from hubel.compiler.llvm.target import host
from hubel.compiler.openblas import find_pool
from hubel.errors import NativeError, OptionError

VARIABLE = "HUBEL_GEMM"
"""``own``, ``blas``, or ``auto``: what a measurement finds, which is the default."""

_OWN, _LIBRARY = "own", "blas"
_SECONDS = 2e-3
"""How long each is timed, at least."""

_TIMES = 3
"""How often each is timed, at least."""

_LEAST = 2**17
"""Products of fewer multiplications are not worth a module and a measurement."""

_LONGEST = 1024
"""Products with longer extents are timed with this one, and are alike."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_chosen: dict[Shape, str] = {}
_told: dict[str, str] = {}


def choose(shape: Shape) -> OwnProduct | None:
    """Return our own code for a product, ready to be called; None for the library's.

    Raises
    ------
    OptionError
        If ``HUBEL_GEMM`` is none of its three words.
    """
    wish = _wish()
    machine = find_machine(host())
    if wish == _LIBRARY or machine is None or 0 in shape.extents:
        return None
    if wish != _OWN and math.prod(shape.extents) < _LEAST:
        return None
    own = propose(shape, machine)
    with _lock:
        if shape not in _chosen:
            _chosen[shape] = _told.get(str(shape)) or _decide(own, wish)
        is_own = _chosen[shape] == _OWN
    if not is_own:
        return None
    own.bind()
    return own


def choices() -> dict[str, str]:
    """Return who does the products that were asked for: ``own`` or ``blas``.

    They depend on measurements. A run that is to be repeated to the last bit keeps
    them, and gives them to `repeat_choices`.
    """
    with _lock:
        return {str(shape): chosen for shape, chosen in _chosen.items()}


def repeat_choices(made: Mapping[str, str]) -> None:
    """Let products that are asked for from now on be done as they were in another run.

    Parameters
    ----------
    made : mapping
        What `choices` gave.

    Raises
    ------
    OptionError
        If there is another word in it than ``own`` and ``blas``.
    """
    for shape, chosen in made.items():
        if chosen not in (_OWN, _LIBRARY):
            raise OptionError(
                f"the product {shape!r} is to be done by {chosen!r}",
                remedy=f"Give what `choices` returned: {_OWN!r} or {_LIBRARY!r}.",
            )
    with _lock:
        _told.update(made)
        _chosen.clear()


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
    library = blas.find_product(own.shape.dtype)
    name = _key(own, library, wish)
    kept = cache.read(name)
    if kept in (_OWN.encode(), _LIBRARY.encode()):
        return kept.decode()
    found = _LIBRARY
    try:
        if is_right(own.code):
            is_faster = wish == _OWN or library is None or _is_faster(own, library)
            found = _OWN if is_faster else _LIBRARY
    except NativeError as error:
        _log.debug("no product of our own for %s: %s", own.shape, error)
    cache.write(name, found.encode())
    return found


def _key(own: OwnProduct, library: blas.Product | None, wish: str) -> str:
    """Return the name of a decision: all that it depends on."""
    target, pool = host(), find_pool()
    return cache.key(
        "who does a product",
        wish,
        str(own.shape),
        str(own.blocks),
        own.code.text(),
        target.cpu,
        target.features,
        binding.versions(),
        library.symbol if library else "",
        str(pool.get() if pool else 0),
        os.environ.get("OPENBLAS_CORETYPE", ""),
    )


def _is_faster(own: OwnProduct, library: blas.Product) -> bool:
    """Time both in turn and compare the shortest times."""
    own = _shortened(own)
    shape = own.shape
    arrays = _arrays(shape)
    factors = 1.0, float(shape.accumulate)

    def theirs() -> None:
        blas.multiply(library, arrays, shape.extents, shape.transposed, factors)

    ours = own.caller(arrays)
    first, second = _times((ours, theirs))
    _log.debug("%s: %.1f us, library %.1f us", shape, 1e6 * first, 1e6 * second)
    return first <= second


def _shortened(own: OwnProduct) -> OwnProduct:
    """Return the product with extents that can be timed quickly."""
    shape = own.shape
    m, n, k = (min(each, _LONGEST * 4) for each in shape.extents)
    while m * n * k > _LONGEST**3:
        longest = max(m, n, k)
        m, n, k = (each // 2 if each == longest else each for each in (m, n, k))
    if (m, n, k) == shape.extents:
        return own
    machine = find_machine(host())
    assert machine is not None  # or there would be no code of our own
    return propose(replace(shape, extents=(m, n, k)), machine)


def _arrays(shape: Shape) -> list[np.ndarray[Any, Any]]:
    """Return A, B and C, with rows as far apart as they will be."""
    m, n, k = shape.extents
    first, second = shape.transposed
    heights = (k if first else m, n if second else k, m)
    rng = np.random.default_rng(0)
    return [
        rng.random((height, row), np.float32).astype(shape.dtype)
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
