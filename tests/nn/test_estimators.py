"""The estimators: scikit-learn's own checks, and what it has no check for."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import hubel as hb

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
]


@pytest.fixture(autouse=True)
def _on_numpy(monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")


@parametrize_with_checks(CHECKED)
def test_check_of_scikit_learn(estimator, check):
    check(estimator)
