"""What the classifiers share: classes, their weights, probabilities."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from hubel.errors import OptionError
from hubel.nn._evaluate import accuracy
from hubel.nn._losses import Loss
from hubel.nn._module import Array, Module
from hubel.nn.estimators._net import NetEstimator, has_partial_fit
from hubel.nn.estimators._sklearn import (
    ClassifierMixin,
    available_if,
    check_classification_targets,
    compute_class_weight,
    with_callbacks,
)
from hubel.nn.estimators._weighted import OF_EACH, weighted_loss


class ClassEstimator(ClassifierMixin, NetEstimator):
    """A net with one score for each class."""

    class_weight: Any
    loss: str = "softmax"

    @available_if(has_partial_fit)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Train for one epoch, from where the last one ended.

        Parameters
        ----------
        X, y : array
            As for :meth:`fit`. What the first call measures for ``normalize`` stays.
        classes : array, optional
            All classes there are; needed by the first call, unless ``fit`` came
            before.

        There is none with ``early_stopping``, nor with ``class_weight="balanced"``.

        Returns
        -------
        self

        Raises
        ------
        OptionError
            If the classes are not known, or other ones than before.
        """
        known = getattr(self, "classes_", None) if hasattr(self, "net_") else None
        if known is None and classes is None:
            raise OptionError(
                "the first call of partial_fit does not know the classes",
                remedy="Give all of them as classes=.",
            )
        if known is not None and classes is not None:
            if not np.array_equal(np.unique(classes), known):
                raise OptionError(f"classes={classes} differ from {known} of before")
        return self._go_on(X, y, classes)

    def _measure(self, y: Array, classes: Any) -> None:
        check_classification_targets(y)
        self.classes_: Array = np.unique(y if classes is None else classes)

    def _read_targets(self, y: Array) -> tuple[Array, int]:
        check_classification_targets(y)
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise OptionError(
                f"y has classes {unknown}, which are not among {self.classes_}",
                remedy="Give all classes when training begins.",
            )
        if len(self.classes_) < 2:
            raise OptionError(
                "a classifier needs examples of 2 classes or more, and there is one "
                f"class: {self.classes_}"
            )
        return np.searchsorted(self.classes_, y).astype(np.int64), len(self.classes_)

    def _loss(self, targets: Array) -> str | Loss:
        if self.loss not in OF_EACH:
            raise OptionError(
                f"loss={self.loss!r}", remedy=f"Choose one of {', '.join(OF_EACH)}."
            )
        if self.class_weight is None:
            return self.loss
        return weighted_loss(self.loss, self._weights(targets))

    def _weights(self, targets: Array) -> Array:
        """Return a weight for each class, which are 1 on the average of examples."""
        # "balanced" is about the classes that there are examples of, a dict about all.
        counted = isinstance(self.class_weight, str)
        which = np.unique(targets) if counted else np.arange(len(self.classes_))
        weights = np.zeros(len(self.classes_))
        weights[which] = compute_class_weight(
            self.class_weight, classes=self.classes_[which], y=self.classes_[targets]
        )
        mean = weights[targets].mean()
        if not mean > 0:
            raise OptionError(
                f"class_weight={self.class_weight!r} has no weight above 0"
            )
        return weights / mean

    def _score(self, net: Module, X: Array, targets: Array) -> float:
        return accuracy(net, X, targets)

    def _strata(self, targets: Array) -> Array:
        return targets

    def predict(self, X: Any) -> Array:
        """Return the class of the highest score of each example, shape (n,)."""
        scores = self._scores(X)
        return self.classes_[scores.argmax(axis=1)]

    def decision_function(self, X: Any) -> Array:
        """Return the scores of each example.

        Returns
        -------
        array of shape (n, classes), or (n,) for two classes
            Of two classes: by how much the second one's score exceeds the first's.
        """
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def _probabilities(self, X: Any) -> Array:
        """Return the softmax of the scores."""
        scores = self._scores(X)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
