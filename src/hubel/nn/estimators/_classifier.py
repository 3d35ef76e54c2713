"""A fully connected net that chooses classes, as scikit-learn's estimators do."""

from __future__ import annotations

from typing import Any

from hubel.nn._module import Array, Module
from hubel.nn._optim import Optimizer
from hubel.nn.estimators._classes import ClassEstimator
from hubel.nn.estimators._net import remember
from hubel.nn.schedules import Schedule


class NetClassifier(ClassEstimator):
    """A fully connected net with softmax, as a scikit-learn estimator.

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
    callbacks : sequence of callables, optional
        Each is called with the `nn.Epoch` of every epoch; one that returns True ends
        the training there.

    Attributes
    ----------
    classes_ : array of shape (k,)
    net_ : Sequential
        The net: rows of X, or images, to scores (n, k).
    n_features_in_, feature_names_in_
        Of X, as everywhere in scikit-learn.
    image_shape_ : tuple of int
        The shape of images: as given; or else a square, grey or of three colours; or
        else one row, of which :meth:`as_images` warns.
    n_iter_ : int
        Epochs so far, those of ``warm_start`` and ``partial_fit`` included.
    loss_curve_ : list of float
        The mean loss of the examples in each epoch, without regularisation.
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
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> data = load_digits(return_X_y=True)
    >>> X, X_new, y, y_new = train_test_split(*data, random_state=0)
    >>> model = NetClassifier((32,), max_iter=10, random_state=0).fit(X, y)
    >>> model.score(X_new, y_new) > 0.95
    True
    >>> model.image_shape_
    (8, 8, 1)
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
        class_weight: Any = None,
        normalize: bool = True,
        image_shape: tuple[int, ...] | None = None,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        callbacks: Any = None,
    ) -> None:
        remember(self, locals())

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, shape (n, classes): the softmax."""
        return self._probabilities(X)
