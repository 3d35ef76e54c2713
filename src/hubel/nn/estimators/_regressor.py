"""A fully connected net that predicts numbers, as scikit-learn's estimators do."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from hubel.errors import ShapeError
from hubel.nn._evaluate import predict_scores
from hubel.nn._layers import Normalize, Sequential
from hubel.nn._module import Array, Module
from hubel.nn._optim import Optimizer
from hubel.nn.estimators._net import (
    NetEstimator,
    dtype_of,
    has_partial_fit,
    remember,
)
from hubel.nn.estimators._sklearn import (
    MultiOutputMixin,
    RegressorMixin,
    available_if,
    column_or_1d,
    with_callbacks,
)
from hubel.nn.schedules import Schedule


class NetRegressor(MultiOutputMixin, RegressorMixin, NetEstimator):
    """A fully connected net with squared loss, as a scikit-learn estimator.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int
        Neurons of each hidden layer.
    activation : str or Module
        One of `hubel.nn.ACTIVATIONS`.
    dropout : float
        In training, after every hidden layer.
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
    precision : {"float32", "bfloat16"}
        As in :class:`hubel.nn.TrainConfig`.
    max_iter : int
        Epochs at most.
    tol, n_iter_no_change : float, int
        Training ends when for more than so many epochs in a row the loss, or with
        ``early_stopping`` the validation score, got better by less than ``tol``.
    early_stopping : bool
        Whether to hold examples out and look at R² on them, with the variance
        of all targets. Training then ends with the weights of the best epoch, however
        it ends.
    validation_fraction : float
        How much is held out.
    normalize : bool
        Whether the net begins by shifting and scaling each input to mean 0 and
        standard deviation 1, as measured on the first examples; and whether it learns
        the targets so, and ends by scaling and shifting back.
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
        the training there.

    Attributes
    ----------
    net_ : Sequential
        The net: rows of X, or images, to predictions (n, targets).
    n_features_in_, feature_names_in_
        Of X, as everywhere in scikit-learn.
    image_shape_ : tuple of int
        The shape of images: as given; or else a square, grey or of three colours; or
        else one row, of which :meth:`as_images` warns.
    n_iter_ : int
        Epochs so far, those of ``warm_start`` and ``partial_fit`` included.
    loss_curve_ : list of float
        Half the squared error of the examples in each epoch, on the average, without
        regularisation; of targets as ``normalize`` makes them.
    validation_scores_, best_validation_score_ : list of float, float
        With ``early_stopping``.

    Notes
    -----
    float64 is computed in float64, float32 and uint8 in float32. ``fit`` takes no
    ``sample_weight``: a weight of 2 could not equal an example twice, which falls into
    other minibatches. With equal arguments n calls of ``partial_fit`` end with the
    bits of one ``fit`` of n epochs, as do calls of ``fit`` with ``warm_start``, as long
    as the schedule is constant.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-3, 3, 200)[:, np.newaxis]
    >>> model = NetRegressor((32,), "tanh", random_state=0).fit(X, np.sin(X[:, 0]))
    >>> bool(abs(model.predict([[1.0]])[0] - np.sin(1.0)) < 0.1)
    True
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str | Module = "relu",
        *,
        dropout: float = 0.0,
        solver: str | Optimizer = "sgd",
        alpha: float = 0.0001,
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
        normalize: bool = True,
        image_shape: tuple[int, ...] | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        callbacks: Any = None,
    ) -> None:
        remember(self, locals())

    @available_if(has_partial_fit)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any) -> Self:
        """Train for one epoch, from where the last one ended.

        X and y are as for :meth:`fit`. What the first call measures for ``normalize``
        stays. There is none with ``early_stopping``.
        """
        return self._go_on(X, y)

    def predict(self, X: Any) -> Array:
        """Return predictions, shape (n,), or (n, targets) if there were several."""
        found = self._scores(X)
        return found[:, 0] if self._flat_targets else found

    _several = True

    def _measure(self, y: Array, classes: Any) -> None:
        y = _numbers(y)
        self._flat_targets = y.ndim == 1
        self._target = Normalize.of(y.reshape(len(y), -1), dtype=np.float64)

    def _read_targets(self, y: Array) -> tuple[Array, int]:
        y = _numbers(y)
        columns = y.reshape(len(y), -1)
        width = len(self._target.mean)
        if columns.shape[1] != width or (y.ndim == 1) != self._flat_targets:
            raise ShapeError(f"y of shape {y.shape}, where there were {width} targets")
        return (self._target(columns) if self.normalize else columns), width

    def _loss(self, targets: Array) -> str:
        return "squared"

    def _score(self, net: Module, X: Array, targets: Array) -> float:
        # R², but for all targets' variance: that of those held out may be of one.
        scale = self._target.scale
        unit = 1 if self.normalize else np.where(scale == 0, 1, scale)
        errors = (predict_scores(net, X) - targets) * unit
        return 1 - float(np.mean(errors * errors))

    def _finish(self, net: Sequential) -> Sequential:
        if not self.normalize:
            return net
        mean, scale = self._target.mean, self._target.scale
        spread = 1 / np.where(scale == 0, 1, scale)
        back = Normalize(-mean / spread, spread, dtype=dtype_of(net))
        return Sequential(*net, back)


def _numbers(y: Array) -> Array:
    """Return targets as numbers, and one column of them as one axis."""
    y = np.asarray(y, np.float64)
    return column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y
