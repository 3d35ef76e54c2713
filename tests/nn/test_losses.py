"""Losses: values against loops, gradients, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.nn import (
    LOSSES,
    logistic,
    multiclass_hinge,
    softmax_cross_entropy,
    squared,
)
from hubel.nn._losses import find_loss
from tests.nn.differences import assert_gradient

SCORES = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 2.5], [-1.0, -1.5, 4.0], [1, 1.2, 0]])
LABELS = np.array([0, 2, 1, 1])
CASES = {
    "softmax": (SCORES, LABELS),
    "svm": (SCORES, LABELS),
    "squared_hinge": (SCORES, LABELS),
    "logistic": (SCORES[:, :1], np.array([1, 0, 1, 1])),
    "squared": (SCORES, SCORES[::-1].copy()),
}


def by_loop(name, scores, targets):
    total = 0.0
    for s, t in zip(scores.tolist(), targets.tolist(), strict=True):
        if name == "softmax":
            total -= math.log(math.exp(s[t]) / sum(map(math.exp, s)))
        elif name == "svm":
            total += sum(max(0, v - s[t] + 1) for j, v in enumerate(s) if j != t)
        elif name == "squared_hinge":
            total += sum(
                max(0, 1 + (1 - 2 * (j == t)) * v) ** 2 for j, v in enumerate(s)
            )
        elif name == "logistic":
            p = 1 / (1 + math.exp(-s[0]))
            total -= math.log(p if t else 1 - p)
        else:
            total += 0.5 * sum((a - b) ** 2 for a, b in zip(s, t, strict=True))
    return total / len(scores)


@pytest.mark.parametrize("name", LOSSES)
def test_value(name):
    scores, targets = CASES[name]
    assert float(LOSSES[name](scores, targets)) == pytest.approx(
        by_loop(name, scores, targets), rel=1e-12
    )


@pytest.mark.parametrize("name", LOSSES)
def test_gradient(name):
    scores, targets = CASES[name]
    assert_gradient(lambda s: LOSSES[name](s, targets), scores)


@pytest.mark.parametrize("name", LOSSES)
def test_float32_is_kept(name):
    scores, targets = CASES[name]
    targets = targets.astype(np.float32) if name == "squared" else targets
    assert LOSSES[name](scores.astype(np.float32), targets).dtype == np.float32


def test_large_scores_do_not_overflow():
    scores = np.array([[1e4, -1e4]])
    assert float(softmax_cross_entropy(scores, np.array([1]))) == 2e4
    assert float(logistic(np.array([-1e4]), np.array([1]))) == 1e4
    assert float(logistic(np.array([1e4]), np.array([1]))) == 0


def test_margin():
    loss = multiclass_hinge(np.array([[3.0, 2.0]]), np.array([0]), margin=2.5)
    assert float(loss) == 1.5


def test_targets_of_one_axis():
    targets = np.array([1.0, 0.0, 0.5, 1.0])
    assert float(squared(SCORES[:, :1], targets)) == pytest.approx(
        0.125 * ((SCORES[:, 0] - targets) ** 2).sum()
    )
    assert float(logistic(SCORES[:, 0], targets)) == pytest.approx(
        float(logistic(SCORES[:, :1], targets))
    )


@pytest.mark.parametrize("loss", [softmax_cross_entropy, multiclass_hinge])
def test_labels_are_checked(loss):
    with pytest.raises(OptionError, match="labels from -1 to 1"):
        loss(SCORES, np.array([0, 1, -1, 0]))
    with pytest.raises(OptionError, match="labels from 0 to 3 do not fit 3 scores"):
        loss(SCORES, np.array([0, 1, 3, 0]))
    with pytest.raises(ShapeError, match=r"\(4, 3\).*\(3,\)"):
        loss(SCORES, LABELS[:3])
    with pytest.raises(ShapeError):
        loss(SCORES[:, 0], LABELS)
    with pytest.raises(DTypeError, match="float64"):
        loss(SCORES, LABELS.astype(float))


def test_shapes_are_checked():
    with pytest.raises(ShapeError):
        logistic(SCORES, LABELS)
    with pytest.raises(ShapeError):
        squared(SCORES, SCORES[:3])


def test_find_loss():
    assert find_loss(squared) is squared
    assert find_loss("svm") is multiclass_hinge
    with pytest.raises(OptionError, match="no loss 'hinge'"):
        find_loss("hinge")
