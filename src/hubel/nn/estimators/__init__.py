"""Nets as scikit-learn's estimators; imported when one is first asked for."""

from hubel.nn.estimators._classifier import NetClassifier
from hubel.nn.estimators._linear import LinearClassifier
from hubel.nn.estimators._regressor import NetRegressor

__all__ = ["LinearClassifier", "NetClassifier", "NetRegressor"]
