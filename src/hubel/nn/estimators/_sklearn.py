"""What hubel takes of scikit-learn, alike for every release of it that is supported."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from hubel.errors import OptionError


def _load(module: str) -> Any:
    """Import a part of scikit-learn, or say how to get it."""
    try:
        return importlib.import_module(f"sklearn.{module}")
    except ModuleNotFoundError as error:
        if error.name != "sklearn":
            raise
        raise OptionError(
            "an estimator was asked for, and scikit-learn is not installed.",
            remedy='Install it: pip install "hubel[sklearn]", or use hubel.nn.fit.',
        ) from error


_base, _validation = _load("base"), _load("utils.validation")

BaseEstimator: Any = _base.BaseEstimator
ClassifierMixin: Any = _base.ClassifierMixin
MultiOutputMixin: Any = _base.MultiOutputMixin
RegressorMixin: Any = _base.RegressorMixin
TransformerMixin: Any = _base.TransformerMixin
ClassNamePrefixFeaturesOutMixin: Any = _base.ClassNamePrefixFeaturesOutMixin

ConvergenceWarning: Any = _load("exceptions").ConvergenceWarning

available_if: Callable[..., Any] = _load("utils.metaestimators").available_if
check_classification_targets: Callable[[Any], None]
check_classification_targets = _load("utils.multiclass").check_classification_targets
check_is_fitted: Callable[[Any], None] = _validation.check_is_fitted
check_random_state: Callable[[Any], Any] = _load("utils").check_random_state
column_or_1d: Callable[..., Any] = _validation.column_or_1d
compute_class_weight: Callable[..., Any]
compute_class_weight = _load("utils.class_weight").compute_class_weight
train_test_split: Callable[..., Any] = _load("model_selection").train_test_split


def validate_data(estimator: Any, X: Any, y: Any = None, **options: Any) -> Any:
    """Check data as scikit-learn does: X, or X and y where there is one asked for."""
    targets = {"y": y} if options.pop("supervised", False) else {}
    if hasattr(_validation, "validate_data"):
        return _validation.validate_data(estimator, X, **targets, **options)
    return estimator._validate_data(X, **targets, **options)  # before 1.6


class _NoCallbacks:
    """What an estimator has of callbacks where scikit-learn has none."""


def _as_it_is(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that calls no callbacks."""
    return method


CallbackSupportMixin: Any = _NoCallbacks
with_callbacks: Any = _as_it_is
if importlib.util.find_spec("sklearn.callback") is not None:  # from 1.9
    _callback = _load("callback")
    CallbackSupportMixin = _callback.CallbackSupportMixin
    with_callbacks = _callback.with_callbacks
