"""What is said about a net on test images agrees with the obvious computation."""

from __future__ import annotations

import numpy as np
import pytest

from hubel import nn
from hubel.data import Dataset
from hubel.experiments._examine import examine
from hubel.streams import stream


@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_an_examination(loss):
    images = stream(0, "images").integers(0, 256, (40, 2, 2, 1), np.uint8)
    labels = np.arange(40) % 3
    test = Dataset(images, labels, ("a", "b", "c"), "toy")
    net = nn.Sequential(nn.Normalize.of(images), nn.Flatten(), nn.Linear(4, 3))
    found = examine(net, test, loss=loss)

    scores = nn.predict_scores(net, images).astype(np.float64)
    best = scores.argmax(axis=1)
    assert found.accuracy == np.mean(best == labels)
    assert found.loss == pytest.approx(nn.LOSSES[loss](scores, labels), rel=1e-5)
    np.testing.assert_array_equal(found.predicted, best)
    assert found.confusion.trace() == (best == labels).sum()
    others = np.where(np.eye(3, dtype=bool)[best], -np.inf, scores).max(axis=1)
    odds = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = odds.max(axis=1) if loss == "softmax" else scores.max(axis=1) - others
    np.testing.assert_allclose(found.sureness, expected, rtol=1e-4, atol=1e-6)
