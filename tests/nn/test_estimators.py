"""The estimators: scikit-learn's own checks, and what it has no check for."""

from __future__ import annotations

import doctest
import os
import pickle
import pickletools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import has_fit_parameter

import hubel as hb
from hubel.errors import OptionError, ShapeError, TrainingError
from hubel.nn._losses import find_loss
from hubel.nn.estimators._weighted import weighted_loss
from hubel.tracing.tree import flatten

CHECKED = [
    hb.NetClassifier(),
    hb.NetClassifier((8, 8), "tanh", solver="adam", learning_rate_init=0.01),
    hb.NetClassifier(
        dropout=0.2, early_stopping=True, validation_fraction=0.3, schedule="cosine"
    ),
    hb.NetRegressor(),
    hb.NetRegressor(normalize=False, early_stopping=True, solver="adam"),
    hb.LinearClassifier(),
    hb.LinearClassifier("svm", normalize=False, class_weight="balanced"),
    hb.LinearClassifier(solver="exact", alpha=0.01),
    hb.LinearClassifier("squared_hinge", solver="exact", alpha=0.01, normalize=False),
]


@pytest.fixture(autouse=True)
def _on_numpy(monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")


# scikit-learn before 1.6 gives a generator, which pytest warns of.
CHECKS = parametrize_with_checks(CHECKED)
PAIRS = list(CHECKS.args[1])
SWITCHED = [pair for pair in PAIRS if "array_api" in str(pair[1])]
"""Checks that skip themselves unless a variable is set when SciPy is imported."""


@pytest.mark.parametrize(
    CHECKS.args[0], [p for p in PAIRS if p not in SWITCHED], **CHECKS.kwargs
)
def test_check_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.skipif(not SWITCHED, reason="this scikit-learn has no such checks")
def test_checks_that_need_a_switch_of_scipy():
    code = """
from tests.nn.test_estimators import SWITCHED
for estimator, check in SWITCHED:
    check(estimator)
print(len(SWITCHED), "checks")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{len(CHECKED)} checks\n", done.stderr


def test_there_is_no_sample_weight_that_minibatches_could_not_honour():
    for model in CHECKED:
        assert not has_fit_parameter(model, "sample_weight")


def test_without_scikit_learn_the_error_says_how_to_get_it():
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "sklearn":
            raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")
sys.meta_path.insert(0, Absent())
import hubel
hubel.NetRegressor
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "hubel[sklearn]"' in done.stderr


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return X[:300] / 16, np.array(list("abcdefghij"))[y[:300]]


def bits(model):
    return [array.tobytes() for array in model.net_.parameters().values()]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
@pytest.mark.parametrize(
    "model",
    [
        hb.NetClassifier((16,), dropout=0.2, solver="adam", max_iter=4, random_state=3),
        hb.LinearClassifier("svm", max_iter=4, random_state=3),
        hb.NetRegressor((16,), max_iter=4, random_state=3),
    ],
    ids=lambda model: type(model).__name__,
)
def test_training_in_parts_gives_the_bits_of_training_at_once(
    digits, model, backend, monkeypatch
):
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    X, y = digits
    known = {"classes": list("abcdefghij")}
    if isinstance(model, hb.NetRegressor):
        y, known = 1e4 * X[:, :2].sum(axis=1), {}
    whole = clone(model).fit(X, y)

    warm = clone(model).set_params(max_iter=2, warm_start=True).fit(X, y).fit(X, y)
    steps = clone(model)
    for _ in range(4):
        steps.partial_fit(X, y, **known)
    carried = pickle.loads(pickle.dumps(clone(model).set_params(max_iter=1).fit(X, y)))
    for _ in range(3):
        carried.partial_fit(X, y)

    for other in (warm, steps, carried):
        assert bits(other) == bits(whole)
        assert other.loss_curve_ == whole.loss_curve_
        assert other.n_iter_ == 4


@pytest.mark.parametrize("ends_by", ["patience", "max_iter"])
def test_early_stopping_ends_with_the_weights_of_the_best_epoch(digits, ends_by):
    epochs = {"patience": 100, "max_iter": 12}[ends_by]
    model = hb.NetClassifier(
        (16,),
        learning_rate_init=0.3,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=5,
        max_iter=epochs,
        random_state=2,
    ).fit(*digits)
    scores = model.validation_scores_
    best = int(np.argmax(scores))
    assert (model.n_iter_ < epochs) == (ends_by == "patience")
    assert best < len(scores) - 1, "the case proves nothing: the last epoch is the best"
    assert model.best_validation_score_ == scores[best]

    shorter = clone(model).set_params(max_iter=best + 1).fit(*digits)
    assert bits(shorter) == bits(model)


def test_a_new_fit_forgets_the_validation_scores_of_an_earlier_one(digits):
    model = hb.NetClassifier(early_stopping=True, max_iter=1).fit(*digits)
    model.set_params(early_stopping=False).fit(*digits)
    assert not hasattr(model, "best_validation_score_")
    assert not hasattr(model, "validation_scores_")


def test_training_ends_when_the_loss_no_longer_falls(digits):
    model = hb.LinearClassifier(tol=10.0, n_iter_no_change=3, random_state=0)
    assert model.fit(*digits).n_iter_ == 5


@pytest.mark.parametrize(
    ("given", "computed"),
    [("f8", "f8"), ("f4", "f4"), ("u1", "f4"), ("i8", "f8"), ("?", "f8")],
)
def test_numbers_are_computed_as_they_came(digits, given, computed):
    X = (digits[0] * 16).astype(given)
    for normalize in (True, False):
        model = hb.NetClassifier((4,), max_iter=1, normalize=normalize)
        found = model.fit(X, digits[1]).predict_proba(X)
        kinds = {array.dtype for array in flatten(model.net_)[0]}
        assert {*kinds, found.dtype} == {np.dtype(computed)}


def test_images_are_rows_and_rows_are_images(digits):
    X, y = digits
    images = X.reshape(-1, 8, 8, 1)
    model = hb.NetClassifier((8,), max_iter=2, random_state=0)
    flat = clone(model).fit(X, y)
    for shaped in (images, images[..., 0]):
        whole = clone(model).fit(shaped, y)
        assert bits(whole) == bits(flat)
        assert whole.n_features_in_ == 64
        assert (whole.predict(shaped) == flat.predict(X)).all()
    assert flat.image_shape_ == whole.image_shape_ == (8, 8, 1)
    assert (flat.net_(images) == flat.net_(X)).all()
    assert (flat.as_images(X) == images).all()


@pytest.mark.parametrize(
    ("width", "given", "shape"),
    [
        (64, None, (8, 8, 1)),
        (12, None, (2, 2, 3)),
        (64, (4, 16), (4, 16, 1)),
        (64, (4, 4, 4), (4, 4, 4)),
    ],
)
def test_the_shape_of_images_is_given_or_a_square(digits, width, given, shape):
    X = digits[0][:, :width]
    model = hb.LinearClassifier(max_iter=1, image_shape=given).fit(X, digits[1])
    assert model.image_shape_ == shape
    assert model.as_images(model.coef_).shape == (10, *shape)


def test_another_width_is_one_row_of_pixels_with_a_warning(digits):
    X = digits[0][:, :7]
    model = hb.LinearClassifier(max_iter=1).fit(X, digits[1])
    with pytest.warns(UserWarning, match="7 numbers are no square image"):
        assert model.as_images(X).shape == (300, 1, 7, 1)
    model.set_params(image_shape=(1, 7)).fit(X, digits[1])
    assert model.as_images(X).shape == (300, 1, 7, 1)
    with pytest.raises(ShapeError, match="examples have 7 numbers"):
        model.as_images(digits[0])
    with pytest.raises(ShapeError, match="does not fit examples of 7 numbers"):
        model.set_params(image_shape=(3, 3)).fit(X, digits[1])


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("classes", [2, 10])
def test_coefficients_give_the_scores(digits, normalize, classes):
    X, y = digits
    y = y if classes == 10 else y > "e"
    model = hb.LinearClassifier("svm", max_iter=3, normalize=normalize).fit(X, y)
    assert model.coef_.shape == (1 if classes == 2 else 10, 64)
    scores = (X @ model.coef_.T + model.intercept_).reshape(300, -1)
    np.testing.assert_allclose(
        model.decision_function(X).reshape(300, -1), scores, atol=1e-10
    )


def test_an_svm_has_no_probabilities(digits):
    model = hb.LinearClassifier("svm", max_iter=1).fit(*digits)
    assert not hasattr(model, "predict_proba")
    assert hasattr(model.set_params(loss="softmax"), "predict_proba")
    with pytest.raises(OptionError, match="squared_hinge"):
        model.set_params(loss="hinge").fit(*digits)


@pytest.mark.parametrize("loss", ["softmax", "svm", "squared_hinge"])
def test_weights_of_classes_weight_their_examples(loss):
    generator = np.random.default_rng(0)
    scores, labels = generator.normal(size=(9, 3)), generator.integers(0, 3, 9)
    weights = np.array([0.5, 0.0, 2.0])
    each = [
        weights[label] * find_loss(loss)(scores[i : i + 1], labels[i : i + 1])
        for i, label in enumerate(labels)
    ]
    found = weighted_loss(loss, weights)(scores, labels)
    np.testing.assert_allclose(found, np.mean(each), rtol=1e-14)


def test_only_the_ratio_of_the_weights_counts(digits):
    X, y = digits
    model = hb.NetClassifier((8,), max_iter=2, random_state=0)
    plain = clone(model).fit(X, y)
    alike = clone(model).set_params(class_weight=dict.fromkeys(y, 8.0)).fit(X, y)
    np.testing.assert_allclose(alike.loss_curve_, plain.loss_curve_, rtol=1e-12)
    with pytest.raises(OptionError, match="no weight above 0"):
        model.set_params(class_weight=dict.fromkeys(y, 0)).fit(X, y)


def test_partial_fit_says_what_it_does_not_know(digits):
    X, y = digits
    model = hb.NetClassifier((4,))
    with pytest.raises(OptionError, match="does not know the classes"):
        model.partial_fit(X, y)
    model.partial_fit(X, y, classes=list("abcdefghij"))
    with pytest.raises(OptionError, match="differ from"):
        model.partial_fit(X, y, classes=["a", "b"])
    with pytest.raises(OptionError, match="not among"):
        model.partial_fit(X, np.full(300, "z"))
    assert not hasattr(hb.NetClassifier(early_stopping=True), "partial_fit")
    assert not hasattr(hb.NetClassifier(class_weight="balanced"), "partial_fit")
    assert hasattr(hb.NetClassifier(class_weight={"a": 2}), "partial_fit")


def test_targets_come_back_in_their_own_units(digits):
    X = digits[0]
    y = np.stack([1e6 + 1e5 * X[:, 20], 1e-3 * X[:, 30], np.full(300, 7.0)], axis=1)
    model = hb.NetRegressor((32,), max_iter=60, random_state=0).fit(X, y)
    found = model.predict(X)
    assert found.shape == (300, 3)
    assert r2_score(y[:, :2], found[:, :2], multioutput="raw_values").min() > 0.9
    np.testing.assert_allclose(found[:, 2], 7.0, atol=0.1)
    with pytest.raises(ShapeError, match="3 targets"):
        model.partial_fit(X, y[:, 0])


def test_randomness_follows_from_the_state(digits):
    def first_loss(state):
        model = hb.LinearClassifier(max_iter=1, random_state=state)
        return model.fit(*digits).loss_curve_

    assert first_loss(None) != first_loss(None)
    assert first_loss(5) == first_loss(np.int64(5)) == first_loss(5)
    generator = np.random.RandomState(0)
    assert first_loss(generator) != first_loss(generator)


def test_search_pipeline_and_tables(digits):
    table = pd.DataFrame(digits[0], columns=[f"pixel{i}" for i in range(64)])
    line = make_pipeline(
        StandardScaler(), hb.NetClassifier((8,), max_iter=20, random_state=0)
    )
    line.set_output(transform="pandas")
    search = GridSearchCV(line, {"netclassifier__alpha": [0.0, 0.1]}, cv=2)
    search.fit(table, digits[1])
    found = search.best_estimator_
    assert list(found[-1].feature_names_in_) == list(table.columns)
    assert found.score(table, digits[1]) == search.score(table, digits[1]) > 0.5
    with pytest.raises(ValueError, match="feature names"):
        found[-1].predict(table.rename(columns={"pixel0": "other"}))


def test_no_plan_is_in_what_is_pickled(digits):
    model = hb.NetClassifier((8,), max_iter=1, random_state=0).fit(*digits)
    model.predict(digits[0])
    written = pickle.dumps(model)
    modules = {word for kind, word, _ in pickletools.genops(written) if is_name(kind)}
    assert not [word for word in modules if "compiler" in str(word)]
    assert not [word for word in modules if "hubel.graph" in str(word)]
    again = pickle.loads(written)
    assert (again.predict_proba(digits[0]) == model.predict_proba(digits[0])).all()


def is_name(kind):
    return "UNICODE" in kind.name or kind.name == "GLOBAL"


def test_a_notebook_shows_the_estimator(digits):
    model = hb.NetClassifier((8,), max_iter=1)
    for shown in (model, model.fit(digits[0][:, :7], digits[1])):
        assert "NetClassifier" in estimator_html_repr(shown)


def test_verbose_prints_a_line_for_each_epoch(digits, capsys):
    hb.LinearClassifier(max_iter=2, verbose=True, early_stopping=True).fit(*digits)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:8] for line in lines] == ["epoch 1:", "epoch 2:"]
    assert all("validation score" in line for line in lines)


class Stopper:
    """A callback that ends training, and keeps what it was told."""

    def __init__(self):
        self.told = []
        self.scores = []

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.told.append(f"end {context.task_name}")
        self.scores.append(fitted_estimator.score(X, y))
        return len(self.scores) == 2


@pytest.mark.parametrize(
    "estimator", ["NetClassifier", "NetRegressor", "LinearClassifier"]
)
def test_plain_functions_are_called_after_each_epoch(digits, estimator):
    seen = []

    def watch(epoch):
        seen.append(epoch)
        return epoch.epoch == 3

    settings = {"max_iter": 9, "random_state": 0, "callbacks": [watch, seen.append]}
    X, y = digits[0], digits[0][:, 10] if "Regressor" in estimator else digits[1]
    model = getattr(hb, estimator)(**settings)
    model.fit(X, y)
    assert [epoch.epoch for epoch in seen] == [1, 1, 2, 2, 3, 3]
    assert [epoch.train_loss for epoch in seen[::2]] == model.loss_curve_
    assert model.n_iter_ == 3
    model.partial_fit(X, y)
    assert seen[-1].epoch == model.n_iter_ == 4
    again = clone(model).fit(X, y)
    assert again.n_iter_ == 3


def test_callbacks_of_scikit_learn_are_told_of_each_epoch(digits):
    pytest.importorskip("sklearn.callback", reason="scikit-learn before 1.9 has none")
    callback = Stopper()
    model = hb.NetClassifier((8,), max_iter=9, random_state=0)
    model.set_callbacks(callback).fit(*digits)
    assert model.n_iter_ == 2
    epoch = ["begin epoch", "end epoch"]
    assert callback.told == [
        "setup",
        "begin fit",
        *epoch,
        *epoch,
        "end fit",
        "teardown",
    ]
    assert callback.scores[0] < callback.scores[1] == callback.scores[2]
    assert callback.scores[2] == model.score(*digits)


def test_a_run_that_diverges_says_so(digits):
    model = hb.NetRegressor((), normalize=False, learning_rate_init=10.0)
    model.set_params(n_iter_no_change=1000, max_iter=1000)
    with (
        pytest.raises(TrainingError, match="at a learning rate of 10"),
        np.errstate(over="ignore", invalid="ignore"),
    ):
        model.fit(digits[0], digits[0][:, 20])


def test_the_examples_of_the_page_run():
    page = Path(__file__).parents[2] / "docs" / "estimators.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    text = "\n".join("" if line.startswith("```") else line for line in lines)
    examples = doctest.DocTestParser().get_doctest(text, {}, page.stem, str(page), 0)
    assert len(examples.examples) > 10
    assert doctest.DocTestRunner().run(examples).failed == 0
