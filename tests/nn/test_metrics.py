"""Counting and evaluating."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.nn import (
    Flatten,
    Module,
    Normalize,
    Sequential,
    accuracy,
    confusion_matrix,
    count_correct,
    evaluate,
    mlp,
    predict,
    predict_scores,
    softmax_cross_entropy,
)
from hubel.streams import stream

IMAGES = stream(0, "test").integers(0, 256, (23, 4, 4, 3), dtype=np.uint8)
LABELS = stream(1, "test").integers(0, 5, 23)
NET = Sequential(Normalize.of(IMAGES), Flatten(), mlp(48, 7, 5, dropout=0.5))


@pytest.mark.parametrize("batch_size", [1, 5, 23, 100])
def test_scores_in_batches(batch_size):
    scores = predict_scores(NET, IMAGES, batch_size=batch_size)
    np.testing.assert_allclose(scores, NET(IMAGES), rtol=1e-5, atol=1e-6)
    assert scores.dtype == np.float32


def test_predict_accuracy_and_evaluate_agree():
    chosen = predict(NET, IMAGES)
    assert chosen.dtype == np.int64
    assert (chosen == NET(IMAGES).argmax(axis=1)).all()
    assert accuracy(NET, IMAGES, LABELS) == (chosen == LABELS).mean()
    loss, fraction = evaluate(NET, IMAGES, LABELS)
    assert fraction == (chosen == LABELS).mean()
    assert loss == pytest.approx(float(softmax_cross_entropy(NET(IMAGES), LABELS)))


def test_another_net_of_the_same_structure_is_not_confused():
    other = NET.replace(layers=(*NET.layers[:2], mlp(48, 7, 5, dropout=0.5, seed=9)))
    assert (predict_scores(NET, IMAGES) != predict_scores(other, IMAGES)).any()


def test_evaluate_without_classes():
    net = mlp(3, 2)
    x = np.ones((4, 3), np.float32)
    loss, fraction = evaluate(net, x, net(x) + 1, loss="squared")
    assert loss == pytest.approx(1.0)
    assert fraction is None


def test_accuracy_needs_classes():
    with pytest.raises(DTypeError, match="float64"):
        accuracy(NET, IMAGES, LABELS.astype(float))


def test_nothing_to_score():
    with pytest.raises(OptionError, match="scores of 0 images"):
        predict_scores(NET, IMAGES[:0])
    with pytest.raises(OptionError, match="0 at once"):
        predict_scores(NET, IMAGES, batch_size=0)


def test_a_net_that_mixes_examples_is_refused():
    class Mean(Module):
        def __call__(self, x, *, key=None):
            return np.sum(x, axis=0)

    with pytest.raises(ShapeError, match="keep the first axis"):
        predict_scores(Mean(), np.ones((4, 3)))


def test_count_correct():
    scores = np.array([[0.1, 0.9], [0.5, 0.5], [2.0, 1.0]])
    assert count_correct(scores, np.array([1, 0, 1])) == 2
    assert count_correct(np.array([[0.5], [-1.0]]), np.array([1, 1])) == 1
    assert count_correct(np.array([0.5, -1.0]), np.array([True, False])) == 2
    assert count_correct(scores, np.array([0.1, 0.2, 0.3])) is None
    assert count_correct(scores, np.zeros((3, 2), int)) is None


def test_confusion_matrix():
    matrix = confusion_matrix(np.array([0, 1, 2, 2]), np.array([0, 2, 2, 2]), 4)
    assert matrix.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 2, 0], [0, 0, 0, 0]]


def test_confusion_matrix_refuses_what_is_no_class():
    with pytest.raises(OptionError, match="predicted classes from 0 to 4"):
        confusion_matrix(np.array([0, 1]), np.array([0, 4]), 4)
    with pytest.raises(ShapeError):
        confusion_matrix(np.array([0, 1]), np.array([0]), 4)
