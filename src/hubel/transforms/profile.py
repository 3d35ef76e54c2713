"""Where the time of a compiled function goes, beside what the machine can do."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubel.compiler.llvm.limits import Limits, limits
from hubel.compiler.timed import Timed, time_gates, time_plan
from hubel.errors import NativeError, OptionError
from hubel.graph.node import Spec
from hubel.transforms.compiled import Compiled, compile
from hubel.view import Dot, Markup, Section, Table, raster, report, roofline

_CACHED, _FAR = 2**18, 2**26
"""The sizes whose bandwidths are drawn: the near caches, and the memory."""
_TITLE = 44
_LEAST = 0.05
"""A step that needs less of its limit than this waits for something else."""


@dataclass(frozen=True)
class Profile:
    """What :func:`explain` returns for a compiled function; it prints as text.

    Attributes
    ----------
    name : str
        Of the function.
    backend : str
        ``llvm`` or ``numpy``: what the steps ran on.
    steps : list of Timed
        Title, kind, work (operations, bytes, dtype) and seconds of each step, in order.
    seconds : float
        A call of the whole plan, with what Python does around it.
    limits : Limits
        What the machine can do: peak operations and bandwidth.
    """

    name: str
    backend: str
    steps: list[Timed]
    seconds: float
    limits: Limits

    @property
    def text(self) -> str:
        """The steps as a table of text."""
        table = [_HEAD, *(self._row(i) for i in range(len(self.steps)))]
        widths = [max(len(row[k]) for row in table) for k in range(len(_HEAD))]
        lines = [self._summary()]
        for row in table if self.steps else []:
            cells = [
                cell.ljust(width) if k == _WORDS else cell.rjust(width)
                for k, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def picture(self) -> Markup:
        """Draw the steps under the limits of the machine, as SVG."""
        used = {step.work.dtype for step in self.steps} or {"float32"}
        near, far = (self.limits.moves(size) / 1e9 for size in (_CACHED, _FAR))
        threads = self.limits.threads
        many = any(step.kind == "product" for step in self.steps) and threads > 1
        peaks = [(d, self.limits.at_most(d) / 1e9) for d in sorted(used)]
        if many:
            peaks += [(f"{d}, {threads} cores", threads * rate) for d, rate in peaks]
        return roofline(
            [
                Dot(
                    f"{i} {step.title}",
                    step.kind,
                    step.work.operations,
                    step.work.nbytes,
                    step.seconds,
                )
                for i, step in enumerate(self.steps)
            ],
            peaks=peaks,
            bandwidths=[("cache", near), ("memory", far)],
            title=f"Where the time of {self.name} goes",
        )

    def page(self) -> Markup:
        """Write the picture and the table as one HTML page."""
        rows = [self._row(i) for i in range(len(self.steps))]
        part = Section("Steps", _PROSE, [self.picture()], Table(_HEAD, rows))
        return report(
            f"Where the time of {self.name} goes", self._summary(), [part], kind="plan"
        )

    def _repr_html_(self) -> str:
        """Return the picture, for notebooks."""
        return str(self.picture())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture (``.svg``, ``.png``), a page (``.html``) or ``.txt``.

        Raises
        ------
        OptionError
            For a name with another ending.
        """
        place = Path(path)
        write: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.picture,
            ".png": lambda: raster(self.picture()),
            ".html": self.page,
            ".txt": lambda: self.text + "\n",
        }
        if place.suffix not in write:
            raise OptionError(
                f"{place.name!r} is no .svg, .png, .html or .txt",
                remedy="Save an .svg; a browser makes other pictures of it.",
            )
        found = write[place.suffix]()
        place.write_bytes(found.encode() if isinstance(found, str) else found)

    def _summary(self) -> str:
        """Say what was measured, and on what."""
        if not self.steps:
            return f"{self.name} has no steps: it hands out what it is given"
        inside = sum(step.seconds for step in self.steps)
        what = "native code" if self.backend == "llvm" else "NumPy"
        peaks = {step.work.dtype for step in self.steps}
        most = ", ".join(
            f"{self.limits.at_most(d) / 1e9:.3g} GFLOP/s in {d}" for d in sorted(peaks)
        )
        return (
            f"{self.name} on {what}: {_us(self.seconds)} us a call, of which "
            f"{_us(inside)} us in {len(self.steps)} steps; one core of this machine "
            f"({self.limits.cpu}) does at most {most}, and moves "
            f"{self.limits.moves(_CACHED) / 1e9:.3g} GB/s in cache, "
            f"{self.limits.moves(_FAR) / 1e9:.3g} GB/s in memory"
        )

    def _row(self, number: int) -> list[str]:
        """Write the cells of a step."""
        step = self.steps[number]
        total = sum(each.seconds for each in self.steps) or 1.0
        seconds = max(step.seconds, 1e-12)
        share, limit = self.bound(number)
        words = f"{step.kind} {step.title}"
        return [
            str(number),
            words if len(words) <= _TITLE else words[: _TITLE - 1].rstrip() + "…",
            _us(step.seconds),
            _percent(step.seconds / total),
            f"{step.work.operations / seconds / 1e9:.3g}",
            f"{step.work.nbytes / seconds / 1e9:.3g}",
            _percent(share),
            limit if share >= _LEAST else "neither",
        ]

    def bound(self, number: int) -> tuple[float, str]:
        """Return how near a step is to the limit that binds it, and which that is.

        Returns
        -------
        (float, str)
            The least time that the machine could need, as a share of the step's time;
            ``arithmetic`` or ``memory``. It may be above 1: limits are measured too.
        """
        step, at = self.steps[number], self.limits
        work, product = step.work, step.kind == "product"
        arithmetic = work.operations / at.at_most(work.dtype, product=product)
        memory = work.nbytes / at.moves(work.nbytes)
        least, limit = max((arithmetic, "arithmetic"), (memory, "memory"))
        return least / max(step.seconds, 1e-12), limit


_HEAD = ["step", "what", "us", "time", "GFLOP/s", "GB/s", "of limit", "bound by"]
_WORDS = 1
_PROSE = (
    "Each step alone, the least of several times. The limit of a step is what binds "
    "it: arithmetic on registers, or the bandwidth for as many bytes as it moves. A "
    "step far below both waits for something else: the call of a library, few rows, "
    "divisions, one number after the other."
)


def _percent(share: float) -> str:
    """Write a share in whole percents."""
    return f"{100 * share:.0f} %" if share >= 0.005 else "<1 %"


def _us(seconds: float) -> str:
    """Write a time in microseconds with three or more digits."""
    us = 1e6 * seconds
    return f"{us:,.0f}" if us >= 100 else f"{us:.3g}"


def profile_of(f: Callable[..., Any], args: Any, kwargs: Any) -> Profile:
    """Compile a function if it is not, run its plan step by step, and time that."""
    compiled = f if isinstance(f, Compiled) else compile(f)
    plan, inputs, backend = compiled.call_of(*args, **kwargs)
    name = getattr(f, "__name__", "the function")
    if any(isinstance(each, Spec) for each in inputs):
        raise OptionError("a plan is timed on values, not on their shapes alone")
    if backend != "numpy":
        from hubel.compiler.llvm.available import available

        if available():
            from hubel.compiler.llvm.apart import time_steps, time_whole

            try:
                steps = time_steps(plan, inputs)
                whole = time_whole(plan, inputs)
                return Profile(name, "llvm", steps, whole, limits())
            except NativeError:
                if backend == "llvm":
                    raise
    steps, whole = time_gates(plan, inputs), time_plan(plan, inputs)
    return Profile(name, "numpy", steps, whole, limits())
