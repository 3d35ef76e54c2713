"""Activations and softmax: their definitions, and numbers as large as they come."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.graph.registry import GATES
from tests.gates.applied import evaluated_results
from tests.gates.case import sample

HUGE = np.array([-1e300, -1e4, -50.0, -1e-300, 0.0, 1e-300, 50.0, 1e4, 1e300])
SCORES, LABELS = sample(5, 4, low=-3, high=3), np.array([0, 3, 1, 1, 2])

DEFINITIONS: dict[str, Any] = {
    "sigmoid": lambda x: 1 / (1 + anp.exp(-x)),
    "softplus": lambda x: anp.log(1 + anp.exp(x)),
    "relu": lambda x: x * (x > 0),
    "leaky_relu": lambda x: anp.maximum(0.1 * x, x),
    "elu": lambda x: anp.where(x > 0, x, anp.exp(x) - 1),
    "softmax": lambda x: anp.exp(x) / anp.sum(anp.exp(x), axis=-1, keepdims=True),
    "log_softmax": lambda x: x - anp.log(anp.sum(anp.exp(x), axis=-1, keepdims=True)),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_values_and_gradients_are_those_of_the_definition(name: str):
    gate, definition = GATES[name], DEFINITIONS[name]
    np.testing.assert_allclose(gate(SCORES), definition(SCORES), rtol=1e-14)
    weights = sample(5, 4, seed=2)
    found = hb.grad(lambda x: np.sum(gate(x) * weights))(SCORES)
    true = autograd.grad(lambda x: anp.sum(definition(x) * weights))(SCORES)
    np.testing.assert_allclose(found, true, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_no_finite_number_overflows(name: str):
    gate = GATES[name]
    for x in (HUGE, HUGE.clip(-1e38, 1e38).astype(np.float32)):
        value, gradient = hb.value_and_grad(lambda x: np.sum(np.tanh(gate(x))))(x)
        assert np.isfinite(value)
        assert np.all(np.isfinite(gradient))
        assert gate(x).dtype == gradient.dtype == x.dtype


def test_the_tails_keep_their_digits():
    assert GATES["sigmoid"](-700.0) == pytest.approx(np.exp(-700.0), rel=1e-14)
    assert GATES["softplus"](-700.0) == pytest.approx(np.exp(-700.0), rel=1e-14)
    assert GATES["elu"](-1e-20) == -1e-20
    assert GATES["log_softmax"](np.array([0.0, 1000.0]))[0] == -1000


def test_nan_and_infinities_pass():
    x = np.array([np.nan, np.inf, -np.inf])
    for name, limits in {
        "sigmoid": (1, 0),
        "softplus": (np.inf, 0),
        "relu": (np.inf, 0),
        "leaky_relu": (np.inf, -np.inf),
        "elu": (np.inf, -1),
    }.items():
        np.testing.assert_array_equal(GATES[name](x), [np.nan, *limits])


def test_maxout_is_the_greatest_of_neighbours():
    x = sample(4, 6)
    for pieces in (1, 2, 3, 6):
        found = GATES["maxout"](x, pieces=pieces)
        np.testing.assert_array_equal(found, x.reshape(4, -1, pieces).max(axis=-1))
    with pytest.raises(ShapeError, match="4 pieces"):
        evaluated_results(lambda x: GATES["maxout"](x, pieces=4), x)


def test_cross_entropy_is_minus_the_log_probability_of_the_right_class():
    loss = GATES["softmax_cross_entropy"]
    true = -GATES["log_softmax"](SCORES)[np.arange(5), LABELS]
    np.testing.assert_allclose(loss(SCORES, LABELS), true, rtol=1e-14)
    found = hb.grad(lambda s: np.mean(loss(s, LABELS)))(SCORES)
    one_hot = GATES["one_hot"](LABELS, classes=4)
    true = (GATES["softmax"](SCORES) - one_hot) / 5
    np.testing.assert_allclose(found, true, rtol=1e-13, atol=1e-17)
    far = np.array([[0.0, 1e300], [-1e300, 0.0]])
    np.testing.assert_array_equal(loss(far, np.array([0, 1])), [1e300, 0])


@pytest.mark.parametrize(
    ("labels", "error", "words"),
    [
        (np.array([0, 1, 2, 3, 4]), OptionError, "labels from 0 to 4"),
        (np.array([0, 1, -1, 3, 3]), OptionError, "labels from -1 to 3"),
        (np.array([0, 1]), ShapeError, r"\(5, 4\) and labels of shape \(2,\)"),
        (np.zeros(5), DTypeError, "whole numbers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels: Any, error: Any, words: str):
    loss = GATES["softmax_cross_entropy"]
    with pytest.raises(error, match=words):
        hb.grad(lambda s: np.sum(loss(s, labels)))(SCORES)
    with pytest.raises(error, match=words):
        evaluated_results(loss, SCORES, labels)


def test_one_hot_wants_whole_numbers_and_leaves_others_out():
    with pytest.raises(DTypeError, match="whole numbers"):
        evaluated_results(lambda x: GATES["one_hot"](x, classes=3), np.zeros(2))
    np.testing.assert_array_equal(GATES["one_hot"](np.array([5, 1]), classes=2)[0], 0)


def test_bits_refuse_numbers_with_a_point():
    with pytest.raises(DTypeError, match="float64 and int64 is not what it takes"):
        evaluated_results(lambda x: x & np.int64(1), SCORES)
