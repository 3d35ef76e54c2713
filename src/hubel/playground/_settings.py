"""The settings of the points' room: every number that a page may choose, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, cast

from hubel.errors import OptionError
from hubel.nn import ACTIVATIONS as MODULES
from hubel.nn import Linear, Maxout, Sequential, initialize
from hubel.playground._messages import Fields

ACTIVATIONS: Final = ("tanh", "relu", "leaky_relu", "elu", "sigmoid", "maxout")
OPTIMIZERS: Final = ("sgd", "nesterov", "adam")
LOSSES: Final = ("softmax", "svm")
KINDS: Final = ("circle", "spiral", "xor", "blobs", "simple", "random", "own")
MOST_LAYERS: Final = 6
MOST_UNITS: Final = 64
MOST_POINTS: Final = 5000
MOST_SEED: Final = 2**31 - 1


@dataclass(frozen=True)
class Layer:
    """One hidden layer."""

    units: int = 6
    activation: str = "tanh"


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training run of the room.

    Attributes
    ----------
    layers : tuple of Layer
        The hidden layers.
    loss, optimizer : str
    lr, momentum, l2 : float
        As in `hubel.nn.TrainConfig`; the penalty is ``0.5 * l2 * sum(W**2)``.
    batch : int
    seed : int
        Decides the weights, the order of the points and the test set.
    data : str
        A set of points, or ``"own"``.
    count, classes : int
    noise : float
        Of the set; points of one's own have what they have.
    test_share : float
        The share of the points that the net never trains on.
    """

    layers: tuple[Layer, ...] = (Layer(6), Layer(2))
    loss: str = "softmax"
    optimizer: str = "sgd"
    lr: float = 0.03
    momentum: float = 0.9
    l2: float = 0.0001
    batch: int = 10
    seed: int = 0
    data: str = "circle"
    count: int = 200
    classes: int = 2
    noise: float = 0.05
    test_share: float = 0.2

    def as_json(self) -> dict[str, Any]:
        """Return the settings as a page reads them."""
        return {**asdict(self), "layers": [asdict(layer) for layer in self.layers]}

    def changed(self, name: str, value: Any) -> Settings:
        """Return the settings with one of them changed, checked.

        Raises
        ------
        OptionError
            If there is no such setting, or the value is not one that it may have.
        """
        return replace(self, **{name: _read(name, value)})

    def net(self) -> Sequential:
        """Make the net with its first weights."""
        modules: list[Any] = []
        width = 2
        for layer in self.layers:
            activation = MODULES[layer.activation]()
            pieces = activation.pieces if isinstance(activation, Maxout) else 1
            init = "glorot" if layer.activation in ("tanh", "sigmoid") else "he"
            units = layer.units * pieces
            modules += [Linear(width, units, init=init), activation]
            width = layer.units
        last = Linear(width, self.classes, init="glorot")
        return initialize(Sequential(*modules, last), self.seed)


def read_settings(values: Any) -> Settings:
    """Read settings that a page has kept, such as those in its address.

    Raises
    ------
    OptionError
        If one is unknown or not what it may be. What is missing has its default.
    """
    if not isinstance(values, Mapping):
        raise OptionError("settings are an object")
    settings = Settings()
    for name, value in cast("Mapping[str, Any]", values).items():
        settings = settings.changed(str(name), value)
    return settings


def _read(name: str, value: Any) -> Any:
    """Check the value of one setting."""
    fields = Fields({name: value}, "the settings")
    if name == "layers":
        return tuple(_layer(each) for each in fields.items("layers", MOST_LAYERS))
    if name in _CHOICES:
        return fields.choice(name, _CHOICES[name])
    if name in _WHOLE:
        return fields.whole(name, *_WHOLE[name])
    if name in _NUMBERS:
        return fields.number(name, *_NUMBERS[name])
    raise OptionError(f"there is no setting {name[:40]!r}")


_CHOICES: Final = {"loss": LOSSES, "optimizer": OPTIMIZERS, "data": KINDS}
_WHOLE: Final = {
    "batch": (1, 256),
    "seed": (0, MOST_SEED),
    "count": (4, 2000),
    "classes": (2, 3),
}
_NUMBERS: Final = {
    "lr": (1e-6, 100.0),
    "momentum": (0.0, 0.999),
    "l2": (0.0, 100.0),
    "noise": (0.0, 1.0),
    "test_share": (0.0, 0.8),
}


def limits() -> dict[str, Any]:
    """Return what a page may choose from."""
    return {
        **{name: list(values) for name, values in _CHOICES.items()},
        **{name: list(values) for name, values in _WHOLE.items()},
        **{name: list(values) for name, values in _NUMBERS.items()},
        "activation": list(ACTIVATIONS),
        "layers": MOST_LAYERS,
        "units": MOST_UNITS,
        "points": MOST_POINTS,
    }


def _layer(value: Any) -> Layer:
    fields = Fields(value, "a layer")
    layer = Layer(
        fields.whole("units", 1, MOST_UNITS), fields.choice("activation", ACTIVATIONS)
    )
    fields.end()
    return layer
