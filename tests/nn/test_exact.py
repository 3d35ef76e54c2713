"""Exact fits of linear classifiers, against other solvers of the same problems."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the estimators need scikit-learn")

from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import hubel as hb
from hubel.errors import OptionError, TrainingError
from hubel.nn.estimators import _exact_rows
from hubel.nn.estimators._exact_losses import SCORE_LOSSES
from hubel.nn.estimators._exact_rows import Rows
from hubel.streams import stream

LOSSES = sorted(SCORE_LOSSES)
N, D, K = 300, 12, 4


def points(classes: int = K) -> tuple[np.ndarray, np.ndarray]:
    generator = stream(0, "test")
    y = np.arange(N) % classes
    X = generator.standard_normal((N, D))
    X[np.arange(N), y] += 1.2
    return X * np.linspace(0.5, 3, D) + 1, y


def exact(loss: str, **changed: Any) -> hb.LinearClassifier:
    told = {"alpha": 0.01, "tol": 1e-9, "max_iter": 500, "random_state": 0} | changed
    return hb.LinearClassifier(loss, solver="exact", **told)


def objective(model: Any, X: np.ndarray, y: np.ndarray, alpha: float) -> float:
    """Work out what is minimised, from the coefficients alone."""
    mean, spread = X.mean(axis=0), X.std(axis=0)
    scaled = (X - mean) / spread
    weight = model.net_[-1].weight
    scores = scaled @ weight + model.net_[-1].bias
    loss = hb.nn.LOSSES[model.loss](scores, y)
    return float(loss) + 0.5 * alpha * float((weight**2).sum())


@pytest.mark.parametrize("loss", LOSSES)
def test_the_objective_is_what_it_says_and_least(loss: str):
    X, y = points()
    model = exact(loss).fit(X, y)
    assert model.objective_ == pytest.approx(objective(model, X, y, 0.01), rel=1e-12)
    assert model.gradient_norm_ <= 1e-9
    for seed in range(5):
        head = model.net_[-1]
        step = 1e-3 * stream(seed, "test").standard_normal(head.weight.shape)
        moved = exact(loss).fit(X, y)
        moved.net_ = type(model.net_)(
            *model.net_[:-1], head.replace(weight=head.weight + step)
        )
        assert objective(moved, X, y, 0.01) > model.objective_


@pytest.mark.parametrize("classes", [2, K])
def test_softmax_is_logistic_regression(classes: int):
    X, y = points(classes)
    model = exact("softmax", normalize=False).fit(X, y)
    peer = LogisticRegression(C=1 / (0.01 * N), tol=1e-12, max_iter=10_000).fit(X, y)
    if classes == 2:
        # There a single score is penalised, here the two of which it is the difference.
        peer = LogisticRegression(C=2 / (0.01 * N), tol=1e-12, max_iter=10_000)
        peer.fit(X, y)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-6)
    proba = peer.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X), proba, atol=1e-6)


@pytest.mark.parametrize("classes", [2, K])
def test_squared_hinge_is_a_linear_svm(classes: int):
    X, y = points(classes)
    model = exact("squared_hinge", normalize=False).fit(X, y)
    # A large constant input makes the penalty on its weight, the bias, vanish.
    peer = LinearSVC(
        C=1 / (0.01 * N), tol=1e-12, dual=False, intercept_scaling=1e3, max_iter=10**5
    ).fit(X, y)
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-5)
    np.testing.assert_allclose(model.intercept_, peer.intercept_, atol=1e-5)
    found, expected = model.decision_function(X), peer.decision_function(X)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_weights_of_classes_are_copies_of_examples(loss: str):
    X, y = points()
    doubled = exact(loss, normalize=False, class_weight={0: 2, 1: 1, 2: 1, 3: 1})
    twice = np.concatenate([np.arange(N), np.flatnonzero(y == 0)])
    model = doubled.fit(X, y)
    copied = exact(loss, normalize=False).fit(X[twice], y[twice])
    np.testing.assert_allclose(model.coef_, copied.coef_, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_float32_and_bytes_come_to_the_same_place(loss: str):
    X, y = points()
    images = np.clip(X * 20 + 100, 0, 255).astype(np.uint8)
    whole = exact(loss).fit(images.astype(np.float64), y)
    for dtype in (np.float32, np.uint8):
        model = exact(loss, tol=1e-5).fit(images.astype(dtype), y)
        assert model.coef_.dtype == np.float32
        assert model.objective_ == pytest.approx(whole.objective_, rel=1e-5)
        np.testing.assert_allclose(model.coef_, whole.coef_, atol=1e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_of_several_strengths_is_chosen_on_examples_held_out(loss: str):
    X, y = points()
    model = exact(loss, alpha=[1e-3, 10.0, 0.1]).fit(X, y)
    assert model.alphas_ == [10.0, 0.1, 1e-3]
    best = int(np.argmax(model.validation_scores_))
    assert model.alpha_ == model.alphas_[best]
    assert model.best_validation_score_ == model.validation_scores_[best]
    alone = exact(loss, alpha=model.alpha_).fit(X, y)
    np.testing.assert_allclose(model.coef_, alone.coef_, atol=1e-6)


def test_auto_stops_once_it_only_gets_worse():
    X, y = points()
    model = exact("squared_hinge", alpha="auto").fit(X, y)
    assert model.alphas_[0] == 1.0
    assert model.alpha_ in model.alphas_
    assert len(model.alphas_) < 13
    plain = exact("squared_hinge", alpha="auto").fit(X, y)
    assert plain.coef_.tobytes() == model.coef_.tobytes()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_warm_start_is_there_already(loss: str):
    X, y = points()
    model = exact(loss, warm_start=True).fit(X, y)
    before = model.coef_
    model.fit(X, y)
    assert model.n_iter_ == 1
    np.testing.assert_allclose(model.coef_, before, atol=1e-12)


def test_a_warm_start_where_there_is_nothing_to_learn():
    rows = np.array([[0.0, 1], [1, 0], [2, 1], [3, 0]])
    model = exact("softmax", warm_start=True)
    model.fit(rows, [0, 0, 1, 1])
    model.fit(np.ones((4, 2)), [0, 1, 0, 1])
    assert model.objective_ == pytest.approx(np.log(2))
    assert not model.coef_.any()


def test_a_fit_does_not_know_of_the_one_before():
    X, y = points()
    model = exact("softmax", alpha=[0.1, 0.01]).fit(X, y)
    steps, bits = model.n_iter_, model.coef_.tobytes()
    assert model.fit(X, y).n_iter_ == steps > 1
    assert model.coef_.tobytes() == bits
    assert not hasattr(model.set_params(alpha=0.1).fit(X, y), "alphas_")


def test_too_few_steps_are_told():
    X, y = points()
    with pytest.warns(ConvergenceWarning, match="after 2 steps the gradient"):
        model = exact("softmax", max_iter=2).fit(X, y)
    assert model.n_iter_ == 2
    assert len(model.loss_curve_) == 3


def test_columns_that_depend_on_each_other_do_no_harm():
    X, y = points()
    X = np.hstack([X, X, np.ones((N, 2))])
    model = exact("squared_hinge", alpha=0.0, tol=1e-6).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert not model.coef_[:, -2:].any()


def test_numbers_that_are_too_large_are_refused():
    X, y = points()
    with np.errstate(over="ignore"), pytest.raises(TrainingError, match="not finite"):
        exact("softmax", normalize=False).fit(np.float32(1e25 * X), y)


def test_progress_is_printed_when_asked_for(capsys: pytest.CaptureFixture[str]):
    exact("softmax", alpha=[1, 0.1], verbose=True).fit(*points())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("alpha 1: validation score")
    assert lines[2].startswith("step 1: objective")


@pytest.mark.parametrize(
    "changed",
    [
        {"alpha": -1},
        {"alpha": "best"},
        {"alpha": []},
        {"loss": "svm"},
        {"early_stopping": True},
        {"solver": "sgd", "alpha": "auto"},
        {"solver": "adam", "alpha": [0.1, 0.2]},
    ],
)
def test_what_does_not_go_together_is_refused(changed: dict[str, Any]):
    with pytest.raises(OptionError):
        exact("softmax").set_params(**changed).fit(*points())


def test_an_exact_fit_has_no_partial_fit():
    assert not hasattr(exact("softmax"), "partial_fit")
    assert not hasattr(exact("squared_hinge").fit(*points()), "predict_proba")


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch):
    X, _ = points()
    mean, scale = X.mean(axis=0), 1 / X.std(axis=0)
    chosen = np.arange(0, N, 2)
    matrix = np.hstack([(X[chosen] - mean) * scale, np.ones((len(chosen), 1))])
    weights, values = matrix[:3].T.copy(), matrix[:, :3].copy()
    monkeypatch.setattr(_exact_rows, "GRAM_ROWS", 7)
    monkeypatch.setattr(_exact_rows, "BLOCK", 1000)
    rows = Rows(X, chosen, mean, scale)
    np.testing.assert_allclose(rows.gram(), matrix.T @ matrix, atol=1e-11)
    np.testing.assert_allclose(rows.times(weights), matrix @ weights, atol=1e-11)
    found = rows.transposed_times(values)
    np.testing.assert_allclose(found, matrix.T @ values, atol=1e-11)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("classes", [2, 3])
def test_losses_of_scores_by_differences(loss: str, classes: int):
    generator = stream(1, "test")
    labels = np.arange(9) % classes
    of = SCORE_LOSSES[loss](labels, classes, generator.uniform(0.5, 2, 9))
    s, t = (generator.standard_normal((9, of.columns)) for _ in range(2))
    h = 1e-6
    ahead, behind = of.value(s + h * t), of.value(s - h * t)
    first, second = of.along(s, t)
    np.testing.assert_allclose(first, (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-9)
    dots = (of.slope(s) * t).sum(axis=0)
    dots = dots if of.apart else dots.sum(keepdims=True)
    np.testing.assert_allclose(first, dots, rtol=1e-12, atol=1e-14)
    slopes = [of.along(s + d * t, t)[0] for d in (h, -h)]
    expected = (slopes[0] - slopes[1]) / (2 * h)
    np.testing.assert_allclose(second, expected, rtol=1e-5, atol=1e-8)
