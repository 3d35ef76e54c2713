"""One layer that chooses classes, as scikit-learn's estimators do."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.nn._layers import Linear, Normalize
from hubel.nn._module import Array
from hubel.nn._optim import Optimizer
from hubel.nn.estimators._classes import ClassEstimator
from hubel.nn.estimators._sklearn import available_if, check_is_fitted
from hubel.nn.schedules import Schedule


def _has_probabilities(estimator: LinearClassifier) -> bool:
    """Say whether scores are logarithms of odds."""
    if estimator.loss == "svm":
        raise AttributeError('loss="svm" gives scores, but no probabilities')
    return True


class LinearClassifier(ClassEstimator):
    """The lecture's linear classifier, softmax or SVM, as a scikit-learn estimator.

    Parameters
    ----------
    loss : {"softmax", "svm"}
        Cross-entropy, or the multiclass hinge loss of Weston & Watkins (1999).
    solver : {"sgd", "nesterov", "adam"} or Optimizer
        How a gradient becomes a step.
    alpha : float
        Strength of regularisation: ``0.5 * alpha * sum(W**2)`` over the weights, not
        the biases, is added to the loss of an example.
    batch_size : int
        Examples in a step.
    learning_rate_init : float
        What the schedule multiplies.
    schedule : str or callable
        As in :class:`hubel.nn.TrainConfig`; it runs over ``max_iter`` epochs.
    momentum : float
        Of "sgd" and "nesterov".
    max_iter : int
        Epochs at most.
    tol, n_iter_no_change : float, int
        Training ends when for more than so many epochs in a row the loss, or with
        ``early_stopping`` the validation score, got better by less than ``tol``.
    early_stopping : bool
        Whether to hold examples out, equal parts of each class, and look at the
        accuracy on them. Training then ends with the weights of the best epoch,
        however it ends.
    validation_fraction : float
        How much is held out.
    class_weight : dict or "balanced", optional
        How much the examples of each class count; "balanced": inversely to how many
        there are. Scaled so that the examples' mean is 1.
    normalize : bool
        Whether the net begins by shifting and scaling each input to mean 0 and
        standard deviation 1, as measured on the first examples.
    image_shape : tuple of int, optional
        (height, width, channels) of the images that are the rows of X.
    warm_start : bool
        Whether ``fit`` goes on from where the last one ended.
    random_state : int, RandomState or None
        Decides initial weights, order and validation examples; the same number gives
        the same bits on the same machine.
    verbose : bool
        Whether to print a line for each epoch.

    Attributes
    ----------
    coef_ : array of shape (k, d), or (1, d) for two classes
        What the numbers of an example are multiplied by, ``normalize`` included;
        ``as_images(coef_)`` are the templates of the classes.
    intercept_ : array of shape (k,), or (1,)
        What is added.
    classes_, net_, n_features_in_, feature_names_in_, image_shape_, n_iter_, \
    loss_curve_, validation_scores_, best_validation_score_
        As in :class:`NetClassifier`, and so are its notes.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> model = LinearClassifier("svm", max_iter=10, random_state=0).fit(X, y)
    >>> model.coef_.shape
    (10, 64)
    """

    def __init__(
        self,
        loss: str = "softmax",
        *,
        solver: str | Optimizer = "sgd",
        alpha: float = 0.0001,
        batch_size: int = 64,
        learning_rate_init: float = 0.02,
        schedule: str | Schedule = "constant",
        momentum: float = 0.9,
        max_iter: int = 200,
        tol: float = 0.0001,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        class_weight: Any = None,
        normalize: bool = True,
        image_shape: tuple[int, ...] | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._remember(locals())

    @available_if(_has_probabilities)
    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, shape (n, classes): the softmax."""
        return self._probabilities(X)

    @property
    def coef_(self) -> Array:
        """What the inputs are multiplied by."""
        return self._linear()[0].T

    @property
    def intercept_(self) -> Array:
        """What is added."""
        return self._linear()[1]

    def _linear(self) -> tuple[Array, Array]:
        """Return the net as one product and one sum."""
        check_is_fitted(self)
        last: Linear = self.net_[-1]
        weight, bias = last.weight, last.bias
        if isinstance(first := self.net_[1], Normalize):
            weight = first.scale[:, np.newaxis] * weight
            bias = bias - first.mean @ weight
        if len(bias) == 2:
            weight, bias = weight[:, 1:] - weight[:, :1], bias[1:] - bias[:1]
        return weight, bias
