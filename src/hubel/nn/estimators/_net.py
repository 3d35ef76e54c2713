"""What the estimators share: data in, a trained net out."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from typing import Any, Self, cast

import numpy as np

from hubel.errors import ShapeError, TrainingError
from hubel.nn._config import TrainConfig
from hubel.nn._evaluate import predict_scores
from hubel.nn._layers import Flatten, Normalize, Sequential
from hubel.nn._losses import Loss
from hubel.nn._mlp import mlp
from hubel.nn._module import Array, Module
from hubel.nn._records import Epoch, Pair, records
from hubel.nn._step import with_parameters
from hubel.nn._tally import Tally
from hubel.nn._training import Snapshot, Training
from hubel.nn.estimators._callbacks import Tasks
from hubel.nn.estimators._image_shape import (
    Shape,
    check_shape,
    infer_shape,
    warn_unless_square,
)
from hubel.nn.estimators._patience import Patience
from hubel.nn.estimators._sklearn import (
    BaseEstimator,
    CallbackSupportMixin,
    check_is_fitted,
    check_random_state,
    train_test_split,
    validate_data,
    with_callbacks,
)
from hubel.streams import stream

DTYPES = [np.float64, np.float32, np.uint8]
"""What is trained on as it comes; everything else becomes the first."""


def remember(model: object, given: dict[str, Any]) -> None:
    """Keep the parameters of an ``__init__`` as they were given, under their names."""
    vars(model).update({k: v for k, v in given.items() if k != "self"})


class NetEstimator(CallbackSupportMixin, BaseEstimator):
    """An estimator that trains a net step by step.

    A subclass says what targets are to the net; what it can be told is in its
    ``__init__``, as scikit-learn wants it.
    """

    # What a parameter is where a subclass does not have it.
    hidden_layer_sizes: Any = ()
    activation: str | Module = "relu"
    dropout: float = 0.0
    solver: Any
    alpha: float
    batch_size: int
    learning_rate_init: float
    schedule: Any
    momentum: float
    precision: str
    max_iter: int
    tol: float
    n_iter_no_change: int
    early_stopping: bool
    validation_fraction: float
    normalize: bool
    image_shape: Any
    warm_start: bool
    random_state: Any
    verbose: bool
    callbacks: Any

    _several = False
    """Whether an example may have several targets."""

    @abstractmethod
    def _measure(self, y: Array, classes: Any) -> None:
        """Learn from the first targets what later ones are read with."""

    @abstractmethod
    def _read_targets(self, y: Array) -> tuple[Array, int]:
        """Return targets as the net is trained on them, and how many scores it has."""

    @abstractmethod
    def _loss(self, targets: Array) -> str | Loss:
        """Return the loss that is minimised."""

    @abstractmethod
    def _score(self, net: Module, X: Array, targets: Array) -> float:
        """Say how good a net is; more is better."""

    def _strata(self, targets: Array) -> Array | None:
        """Return what validation examples have to have in equal parts, if anything."""
        return None

    def _finish(self, net: Sequential) -> Sequential:
        """Return the net that predicts, from the one that is trained."""
        return net

    @with_callbacks
    def fit(self, X: Any, y: Any) -> Self:
        """Train on examples, from initial weights unless ``warm_start`` goes on.

        Parameters
        ----------
        X : array of shape (n, d), or images of shape (n, height, width, channels)
            float64 is trained in float64, float32 and uint8 in float32; all else
            becomes float64.
        y : array of shape (n,)
            Targets.

        Returns
        -------
        self

        Raises
        ------
        OptionError, ShapeError, TrainingError
            If a parameter is outside its range, or the loss stops being finite.
        """
        first = not (self.warm_start and hasattr(self, "net_"))
        self._train(*self._begin(X, y, first=first), self.max_iter)
        return self

    def _go_on(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Train for one epoch, from where the last one ended."""
        first = not hasattr(self, "net_")
        self._train(*self._begin(X, y, first=first, classes=classes), 1)
        return self

    def _begin(
        self, X: Any, y: Any, *, first: bool, classes: Any = None
    ) -> tuple[Array, Array, Array]:
        """Check the data; where nothing was learned yet, make the net."""
        rows, shape = flat(X)
        rows, y = validate_data(
            self,
            rows,
            y,
            supervised=True,
            reset=first,
            dtype=DTYPES,
            multi_output=self._several,
            y_numeric=self._several,
        )
        if first:
            self._measure(y, classes)
        targets, scores = self._read_targets(y)
        if first:
            self._start(rows, shape, scores)
        if self.early_stopping:
            self.validation_scores_: list[float] = []
        dtype = dtype_of(self._net)
        if rows.dtype != np.uint8:
            rows = rows.astype(dtype, copy=False)
        if targets.dtype.kind == "f":
            targets = targets.astype(dtype, copy=False)
        return rows, y, targets

    def _start(self, X: Array, shape: Shape | None, scores: int) -> None:
        """Make the net, and forget what an earlier fit left."""
        width = X.shape[1]
        given = self.image_shape
        self._shape = shape if given is None else check_shape(given, width)
        self.image_shape_ = self._shape or infer_shape(width)
        self._seed = seed_of(self.random_state)
        self._net = self._make_net(X, scores)
        self._at: Snapshot | None = None
        self.n_iter_ = 0
        self.loss_curve_: list[float] = []
        for name in ("best_validation_score_", "validation_scores_"):
            self.__dict__.pop(name, None)

    def _make_net(self, X: Array, scores: int) -> Sequential:
        """Return the net with initial weights."""
        dtype = np.float64 if X.dtype == np.float64 else np.float32
        hidden = np.atleast_1d(np.asarray(self.hidden_layer_sizes, int)).tolist()
        layers = mlp(
            *(X.shape[1], *hidden, scores),
            activation=self.activation,
            dropout=self.dropout,
            seed=self._seed,
            dtype=dtype,
        )
        if not self.normalize:
            return Sequential(Flatten(), *layers)
        return Sequential(Flatten(), Normalize.of(X, dtype=dtype), *layers)

    def _train(self, X: Array, y: Array, targets: Array, epochs: int) -> None:
        """Train for so many epochs or fewer, and keep what came of it."""
        data, held = (X, targets), None
        if self.early_stopping:
            data, held = self._hold_out(X, targets)
        config = self._config(epochs, data[1])
        training = Training(self._net, *data, config, resume=self._at)
        tasks = Tasks(self, X, y, epochs=epochs)
        patience: Patience[Snapshot] = Patience(self.tol, self.n_iter_no_change)
        epoch = (r for r in records(training) if isinstance(r, Epoch))
        for _ in range(epochs):
            tasks.begin()
            record = next(epoch)
            self._look(record, training, patience, held)
            stop = tasks.end(lambda: {"net_": self._finish(training.net)})
            if self._tell(record) or stop or patience.over:
                break
        if held is not None:
            self.best_validation_score_ = patience.best
        self._keep(patience.kept or training.snapshot())
        tasks.close()

    def _config(self, epochs: int, targets: Array) -> TrainConfig:
        """Return the settings of so many epochs more."""
        return TrainConfig(
            # A schedule runs over max_iter epochs, however they are asked for.
            epochs=max(self.max_iter, self.n_iter_ + epochs),
            batch_size=self.batch_size,
            lr=self.learning_rate_init,
            momentum=self.momentum,
            l2=self.alpha,
            schedule=self.schedule,
            loss=self._loss(targets),
            optimizer=self.solver,
            seed=self._seed,
            deterministic=True,
            precision=self.precision,
        )

    def _hold_out(self, X: Array, targets: Array) -> tuple[Pair, Pair]:
        """Set examples aside, the same ones for the same seed."""
        kept, held = self._places(targets)
        return (X[kept], targets[kept]), (X[held], targets[held])

    def _places(self, targets: Array) -> tuple[Array, Array]:
        """Return the indices of the examples to train on, and of those set aside."""
        draw = stream(self._seed, "validation").integers(2**32)
        kept, held = train_test_split(
            np.arange(len(targets)),
            test_size=self.validation_fraction,
            random_state=int(draw),
            stratify=self._strata(targets),
        )
        return kept, held

    def _look(
        self,
        epoch: Epoch,
        training: Training,
        patience: Patience[Snapshot],
        held: Pair | None,
    ) -> None:
        """Note how an epoch went, and the parameters if they are the best yet."""
        self.n_iter_ += 1
        self.loss_curve_.append(epoch.train_loss)
        shown = f"epoch {self.n_iter_}: loss {epoch.train_loss:.4g}"
        if held is None:
            patience.improves(-epoch.train_loss)
        else:
            score = self._score(training.net, *held)
            self.validation_scores_.append(score)
            shown += f", validation score {score:.4f}"
            if patience.improves(score):
                patience.kept = training.snapshot()
        if self.verbose:
            print(shown)

    def _tell(self, record: Epoch) -> bool:
        """Call the callbacks; say whether one of them wants no other epoch."""
        return any([callback(record) is True for callback in self.callbacks or ()])

    def _keep(self, end: Snapshot) -> None:
        """Make the net that predicts, and note where to go on."""
        if not all(np.isfinite(each).all() for each in end.params):
            raise TrainingError(
                "a parameter is not finite after the last step",
                remedy="Try a learning_rate_init ten times smaller.",
            )
        self._at = Snapshot(self.n_iter_ + 1, 0, end.params, end.state, Tally())
        self.net_ = self._finish(with_parameters(self._net, end.params))

    def _scores(self, X: Any) -> Array:
        """Return the scores of examples."""
        check_is_fitted(self)
        rows = validate_data(self, flat(X)[0], reset=False, dtype=DTYPES)
        return predict_scores(self.net_, rows)

    def as_images(self, rows: Any) -> Array:
        """Return rows as wide as those of X as images, such as examples or ``coef_``.

        Parameters
        ----------
        rows : array of shape (m, d)

        Returns
        -------
        array of shape (m, height, width, channels)
            The images are of the shape ``image_shape_``. Where nobody gave one and
            none is a square, a warning says that they are one row of pixels each.

        Raises
        ------
        ShapeError
            If the rows are of another width.
        """
        check_is_fitted(self)
        images = np.asarray(rows)
        if images.ndim != 2 or images.shape[1] != self.n_features_in_:
            raise ShapeError(
                f"rows of shape {images.shape}, where examples have "
                f"{self.n_features_in_} numbers"
            )
        if self._shape is None:
            warn_unless_square(self.image_shape_)
        return images.reshape(-1, *self.image_shape_)


def has_partial_fit(estimator: NetEstimator) -> bool:
    """Say whether training can go on with examples of which more are to come."""
    if estimator.early_stopping:
        raise AttributeError("partial_fit knows no examples to hold out")
    if isinstance(getattr(estimator, "class_weight", None), str):
        raise AttributeError("partial_fit needs class_weight as a dict")
    if estimator.solver == "exact":
        raise AttributeError('solver="exact" needs all examples at once')
    return True


def flat(X: Any) -> tuple[Any, Shape | None]:
    """Return images as rows, and their shape; what is not images, as it is."""
    if isinstance(X, np.ndarray):
        images = cast("Array", X)
        if images.ndim in (3, 4) and images.size:
            return images.reshape(len(images), -1), (*images.shape[1:], 1)[:3]
        return images, None
    return X, None


def dtype_of(net: Sequential) -> Any:
    """Return what a net computes in."""
    return next(iter(net.parameters().values())).dtype


def seed_of(random_state: Any) -> int:
    """Return a seed: a whole number itself, or one that is drawn."""
    if random_state is None:
        return secrets.randbits(63)
    if hasattr(random_state, "__index__"):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
