"""The curves of a run: losses and accuracies, thinned out where they become long."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.nn import Sequential
from hubel.nn._losses import find_loss
from hubel.playground._learner import Learner
from hubel.playground._points import Points

Row = dict[str, Any]
_MOST: Final = 1000


class History:
    """What was measured, a row at a step."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def measure(self, net: Sequential, points: Points, learner: Learner) -> Row:
        """Measure a net on both parts of the points; keep the row of a new step."""
        loss, right = _measured(net, learner, *points.train)
        test_loss, test_right = _measured(net, learner, *points.held_out)
        row: Row = {
            "step": learner.step,
            "loss": loss,
            "penalty": _penalty(net, learner.l2),
            "accuracy": right,
            "test_loss": test_loss,
            "test_accuracy": test_right,
        }
        if not self.rows or self.rows[-1]["step"] < row["step"]:
            self.rows.append(row)
            if len(self.rows) > _MOST:
                self.rows = [*self.rows[:-1:2], self.rows[-1]]
        else:
            self.rows[-1] = row
        return row

    def accuracy(self, learner: Learner, points: Points) -> float:
        """Return the share of the points to learn from that come out right."""
        return _measured(learner.net, learner, *points.train)[1] or 0.0

    def cut(self, step: int) -> None:
        """Forget what was measured after a step."""
        self.rows = [row for row in self.rows if row["step"] <= step]


def _measured(
    net: Sequential, learner: Learner, x: NDArray[np.float32], y: NDArray[np.int64]
) -> tuple[float | None, float | None]:
    """Return loss and accuracy; None for what is not finite, or of no points."""
    if not len(x):
        return None, None
    with np.errstate(all="ignore"):
        scores = net(x)
        loss = float(find_loss(learner.settings.loss)(scores, y))
    right = float((scores.argmax(axis=1) == y).mean())
    return (loss if math.isfinite(loss) else None), right


def _penalty(net: Sequential, l2: float) -> float | None:
    """Return the L2 penalty, apart from the loss."""
    weights = [a for name, a in net.parameters().items() if name.endswith("weight")]
    with np.errstate(all="ignore"):
        found = (
            0.5 * l2 * sum(float(np.sum(w.astype(np.float64) ** 2)) for w in weights)
        )
    return found if math.isfinite(found) else None
