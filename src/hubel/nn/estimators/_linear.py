"""One layer that chooses classes, as scikit-learn's estimators do."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn._layers import Linear, Normalize
from hubel.nn._module import Array
from hubel.nn._optim import Optimizer
from hubel.nn.estimators._callbacks import Tasks
from hubel.nn.estimators._classes import ClassEstimator
from hubel.nn.estimators._exact import Optimum
from hubel.nn.estimators._exact_fit import ExactFit, as_columns, as_rows
from hubel.nn.estimators._exact_rows import Rows
from hubel.nn.estimators._net import remember
from hubel.nn.estimators._sklearn import (
    ConvergenceWarning,
    available_if,
    check_is_fitted,
)
from hubel.nn.schedules import Schedule


def _has_probabilities(estimator: LinearClassifier) -> bool:
    """Say whether scores are logarithms of odds."""
    if estimator.loss != "softmax":
        raise AttributeError(
            f"loss={estimator.loss!r} gives scores, but no probabilities"
        )
    return True


class LinearClassifier(ClassEstimator):
    """The lecture's linear classifier, softmax or SVM, as a scikit-learn estimator.

    Parameters
    ----------
    loss : {"softmax", "svm", "squared_hinge"}
        Cross-entropy; the multiclass hinge loss of Weston & Watkins (1999); or an SVM
        of each class against all others, with a squared hinge.
    solver : {"sgd", "nesterov", "adam", "exact"} or Optimizer
        How a gradient becomes a step. "exact" goes to the optimum of "softmax" or
        "squared_hinge" in some steps on all examples.
    alpha : float; with "exact" also a sequence of float, or "auto"
        Strength of regularisation: ``0.5 * alpha * sum(W**2)`` over the weights, not
        the biases, is added to the loss of an example. Of several strengths the one
        with the highest accuracy on examples that are held out is taken for a fit on
        all; "auto" tries 1, 0.3, 0.1 and so on for as long as it gets better.
    batch_size : int
        Examples in a step; like the following four without meaning for "exact".
    learning_rate_init : float
        What the schedule multiplies.
    schedule : str or callable
        As in :class:`hubel.nn.TrainConfig`; it runs over ``max_iter`` epochs.
    momentum : float
        Of "sgd" and "nesterov".
    precision : {"float32", "bfloat16"}
        As in :class:`hubel.nn.TrainConfig`.
    max_iter : int
        Epochs at most; steps of "exact".
    tol, n_iter_no_change : float, int
        Training ends when for more than so many epochs in a row the loss, or with
        ``early_stopping`` the validation score, got better by less than ``tol``.
        "exact" ends when the gradient is ``tol`` times as long as with weights of 0.
    early_stopping : bool
        Whether to hold examples out, equal parts of each class, and look at the
        accuracy on them. Training then ends with the weights of the best epoch,
        however it ends. Not with "exact".
    validation_fraction : float
        How much is held out, for that and to choose ``alpha``.
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
    callbacks : sequence of callables, optional
        Each is called with the `nn.Epoch` of every epoch; one that returns True ends
        the training there. The solver ``"exact"`` has no epochs.

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

    alpha_ : float
        With "exact": the strength of regularisation that was taken.
    objective_, gradient_norm_ : float
        With "exact": what was minimised, where it is least, and the length of its
        gradient there over that with weights of 0.
    alphas_, validation_scores_ : list of float
        With "exact" and several strengths: those that were tried, and the accuracies.

    Notes
    -----
    "exact" takes steps of conjugate gradients, preconditioned by the Cholesky factor of
    the examples' Gram matrix, with exact step lengths; about 15 for "squared_hinge" and
    30 for "softmax". Examples are read in blocks, so that beside them there is memory
    for that matrix (d, d) alone. Two classes have one SVM. ``n_iter_`` and
    ``loss_curve_`` are about its steps; what was asked for and not reached brings a
    ``ConvergenceWarning``.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> model = LinearClassifier("svm", max_iter=10, random_state=0).fit(X, y)
    >>> model.coef_.shape
    (10, 64)
    >>> LinearClassifier(solver="exact", alpha=0.01).fit(X, y).objective_.__round__(4)
    0.2683
    """

    def __init__(
        self,
        loss: str = "softmax",
        *,
        solver: str | Optimizer = "sgd",
        alpha: Any = 0.0001,
        batch_size: int = 64,
        learning_rate_init: float = 0.02,
        schedule: str | Schedule = "constant",
        momentum: float = 0.9,
        precision: str = "float32",
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
        callbacks: Any = None,
    ) -> None:
        remember(self, locals())

    def _train(self, X: Array, y: Array, targets: Array, epochs: int) -> None:
        """Take the way of the solver."""
        if self.solver == "exact":
            tasks = Tasks(self, X, y, epochs=1)
            tasks.begin()
            self._minimise(X, targets, epochs)
            tasks.end(lambda: {"net_": self.net_})
            tasks.close()
            return
        if np.ndim(self.alpha) or isinstance(self.alpha, str):
            raise OptionError(
                f"alpha={self.alpha!r} with solver={self.solver!r}",
                remedy='Give one number, or choose solver="exact".',
            )
        by_steps: Any = super()
        by_steps._train(X, y, targets, epochs)

    def _minimise(self, X: Array, targets: Array, most: int) -> None:
        """Go to the optimum, from where an earlier fit ended if ``warm_start``."""
        if self.early_stopping:
            raise OptionError(
                'early_stopping with solver="exact", which goes on to the optimum',
                remedy="Give several strengths as alpha to hold examples out.",
            )
        last: Linear = self._net[-1]
        classes, dtype, start = len(self.classes_), last.weight.dtype, None
        fit = ExactFit(
            loss=self.loss,
            alpha=self.alpha,
            tol=self.tol,
            most=most,
            split=lambda: self._places(targets),
            say=print if self.verbose else lambda line: None,
        )
        if self.warm_start and hasattr(self, "net_"):
            columns = 1 if classes == 2 and self.loss == "squared_hinge" else classes
            start = as_rows(self.net_[-1].weight, self.net_[-1].bias, columns)
        mean, scale = np.zeros(X.shape[1], dtype), np.ones(X.shape[1], dtype)
        if isinstance(first := self._net[1], Normalize):
            mean, scale = first.mean, first.scale
        optimum, choice, self.alpha_ = fit.run(
            Rows(X, None, mean, scale), targets, self._shares(targets), classes, start
        )
        self.__dict__.pop("alphas_", None)
        if choice is not None:
            self.alphas_ = list(choice.tried)
            self.validation_scores_ = list(choice.tried.values())
            self.best_validation_score_ = max(self.validation_scores_)
        self._note(optimum)

    def _shares(self, targets: Array) -> Array:
        if self.class_weight is None:
            return np.ones(len(self.classes_))
        return self._weights(targets)

    def _note(self, optimum: Optimum) -> None:
        """Keep what came of an exact fit."""
        if not optimum.converged:
            warnings.warn(
                f"after {len(optimum.losses) - 1} steps the gradient is "
                f"{optimum.gradient:.1e} times as long as at 0, not {self.tol:.1e}: "
                "raise max_iter or tol, or give float64.",
                ConvergenceWarning,
                stacklevel=5,
            )
        self.objective_, self.gradient_norm_ = optimum.objective, optimum.gradient
        self.loss_curve_ = optimum.losses
        self.n_iter_ = max(len(optimum.losses) - 1, 1)
        weight, bias = as_columns(optimum.weights)
        last: Linear = self._net[-1]
        dtype = last.weight.dtype
        head = last.replace(weight=weight.astype(dtype), bias=bias.astype(dtype))
        self.net_ = type(self._net)(*self._net[:-1], head)

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
