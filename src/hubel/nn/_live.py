"""Training in a notebook: one line that moves, and curves where it was."""

from __future__ import annotations

import html
import importlib
import sys
import time
from collections.abc import Sequence
from typing import Any, Self

from hubel.nn._records import Epoch, Record
from hubel.nn._running import Running
from hubel.nn._training import Training
from hubel.view import curves

_SECONDS = 0.2
"""The line moves at most once in so much time."""
_STYLE = "font-family: monospace; white-space: pre; overflow-x: auto"


class Live:
    """Follows a training in the cell of a notebook; elsewhere it does nothing.

    Parameters
    ----------
    training : Training
        What is about to go on.
    wanted : bool
        Whether anything is to be shown.
    """

    def __init__(self, training: Training, *, wanted: bool = True) -> None:
        self._epochs, self._steps = training.config.epochs, training.steps_per_epoch
        self._now, self._history = Running(), list[Epoch]()
        self._begun, self._before = time.monotonic(), training.steps_done
        self._at, self._last = self._before, -_SECONDS
        self._handle: Any = _open(self._bundle("training")) if wanted else None

    def __call__(self, record: Record) -> None:
        """Show how far it is, unless that was just shown."""
        if self._handle is None:
            return
        if isinstance(record, Epoch):
            self._history.append(record)
            self._now = Running()
            return
        self._now.add(record)
        self._at = (record.epoch - 1) * self._steps + record.step
        if time.monotonic() - self._last >= _SECONDS:
            self._last = time.monotonic()
            self._show(self._bundle(self._line(record.epoch)))

    def __enter__(self) -> Self:
        """Show the line for as long as the block runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave what the last epoch came to, and the curves of all."""
        if self._handle is None:
            return
        if not self._history:
            self._show(self._bundle("training ended before the first epoch did"))
            return
        last = self._history[-1]
        line = _join(
            f"epoch {last.epoch}/{self._epochs}",
            f"loss {last.train_loss:.4f}",
            _share("train", last.train_accuracy),
            _share("validation", last.validation_accuracy),
            f"{last.images_per_second:,.0f} images/s",
            f"{time.monotonic() - self._begun:,.1f} s",
        )
        figures = "".join(_figures(self._history))
        drawn = f'<div style="display: flex; flex-wrap: wrap">{figures}</div>'
        self._show({"text/plain": line, "text/html": f"{_pre(line)}{drawn}"})

    def _show(self, bundle: dict[str, str]) -> None:
        self._handle.update(bundle, raw=True)

    def _bundle(self, line: str) -> dict[str, str]:
        """Return the line with a bar, and as it is for what shows no HTML."""
        total = self._epochs * self._steps
        bar = f'<progress max="{total}" value="{self._at}"></progress> '
        return {"text/plain": line, "text/html": _pre(line, bar)}

    def _validation(self) -> list[str]:
        """Write the accuracy after the last epoch."""
        last = self._history[-1:]
        return [_share("validation", epoch.validation_accuracy) for epoch in last]

    def _line(self, epoch: int) -> str:
        """Write the numbers of the epoch that is running."""
        done, total = self._at - self._before, self._epochs * self._steps
        left = (time.monotonic() - self._begun) / max(1, done) * (total - self._at)
        return _join(
            f"epoch {epoch}/{self._epochs}",
            f"loss {self._now.loss:.4f}",
            _share("train", self._now.accuracy),
            *self._validation(),
            f"{self._now.images_per_second:,.0f} images/s",
            f"{left:,.0f} s left",
        )


def _open(bundle: dict[str, str]) -> Any:
    """Open a place in the cell that can be written anew; None outside of notebooks.

    IPython is not imported for that: who works in a notebook has done so.
    """
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if getattr(shell, "kernel", None) is None:
        return None
    display = importlib.import_module("IPython.display")
    return display.display(bundle, raw=True, display_id=True)


def _figures(history: Sequence[Epoch]) -> list[str]:
    """Draw losses and, where there are any, accuracies."""
    at = [float(epoch.epoch) for epoch in history]
    figures: list[str] = []
    for kind, scale, label in (("loss", 1, ""), ("accuracy", 100, "% right")):
        lines = {
            part: (at, [scale * value for value in values if value is not None])
            for part in ("train", "validation")
            if None not in (values := [getattr(e, f"{part}_{kind}") for e in history])
        }
        if lines:
            figures.append(
                curves(
                    lines,
                    x_label="epoch",
                    y_label=label,
                    title=kind.capitalize(),
                    width=440,
                    height=290,
                )
            )
    return figures


def _share(name: str, value: float | None) -> str:
    """Write a share with its name; nothing where there is none."""
    return "" if value is None else f"{name} {100 * value:.1f} %"


def _join(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def _pre(line: str, before: str = "") -> str:
    return f'<div style="{_STYLE}">{before}{html.escape(line)}</div>'
