"""The run of a room as a program: what a page copies, and anybody can run."""

from __future__ import annotations

from typing import Final

from hubel.nn import ACTIVATIONS, Maxout
from hubel.playground._learner import Learner
from hubel.playground._points import Points
from hubel.playground._settings import Settings

_MOST: Final = 400
"""Points that are written into a program; more are read from a file."""


def script(settings: Settings, points: Points, learner: Learner) -> str:
    """Write a program that trains the same net on the same points, as far as here.

    Whole epochs are repeated. A run whose knobs were turned on the way is repeated with
    the knobs as they are now.
    """
    epochs = max(round(learner.step / learner.per_epoch), 1)
    return "\n".join(
        [
            "import numpy as np",
            "",
            "import hubel as hb",
            "from hubel import nn",
            "",
            *_data(settings, points),
            "",
            "net = nn.initialize(",
            f"    nn.Sequential({', '.join(_modules(settings))}),",
            f"    seed={settings.seed},",
            ")",
            "net, history = nn.fit(",
            "    net,",
            "    x[~test],",
            "    y[~test],",
            f"    epochs={epochs},",
            f"    batch_size={settings.batch},",
            f"    lr={learner.lr!r},",
            f"    momentum={settings.momentum!r},",
            f"    l2={learner.l2!r},",
            '    schedule="constant",',
            f'    loss="{settings.loss}",',
            f'    optimizer="{settings.optimizer}",',
            f"    seed={settings.seed},",
            ")",
            'print("right:", np.mean(net(x[~test]).argmax(axis=1) == y[~test]))',
            "if test.any():",
            '    print("right, of the test:", '
            "np.mean(net(x[test]).argmax(axis=1) == y[test]))",
            "",
        ]
    )


def _modules(settings: Settings) -> list[str]:
    """Write the modules of the net."""
    written: list[str] = []
    width = 2
    for layer in settings.layers:
        activation = ACTIVATIONS[layer.activation]()
        pieces = activation.pieces if isinstance(activation, Maxout) else 1
        init = "glorot" if layer.activation in ("tanh", "sigmoid") else "he"
        written.append(f'nn.Linear({width}, {layer.units * pieces}, init="{init}")')
        written.append(f"nn.{type(activation).__name__}()")
        width = layer.units
    return [*written, f'nn.Linear({width}, {settings.classes}, init="glorot")']


def _data(settings: Settings, points: Points) -> list[str]:
    """Write where the points come from."""
    if settings.data not in ("own", "simple"):
        classes = 2 if settings.data == "xor" else settings.classes
        return [
            f'points = hb.data.points("{settings.data}", {settings.count}, '
            f"classes={classes}, noise={settings.noise!r}, seed={settings.seed})",
            "x, y = points.images.astype(np.float32), points.labels",
            "test = np.zeros(len(x), bool)",
            f"held = round({settings.test_share!r} * len(x))",
            f'order = hb.streams.permutation(len(x), {settings.seed}, "play/split")',
            "test[order[:held]] = True",
        ]
    if len(points.x) > _MOST:
        return [
            "# Press Save CSV for this file. It does not say which points are for",
            "# the test, so all of them are learned from.",
            'table = np.loadtxt("points.csv", delimiter=",", skiprows=1)',
            "x, y = table[:, :2].astype(np.float32), table[:, 2].astype(int)",
            "test = np.zeros(len(x), bool)",
        ]
    rows = [
        f"    [{float(x)!r}, {float(y)!r}, {label}, {int(test)}],"
        for (x, y), label, test in zip(points.x, points.y, points.test, strict=True)
    ]
    return [
        "table = np.array([",
        *rows,
        "])",
        "x, y = table[:, :2].astype(np.float32), table[:, 2].astype(int)",
        "test = table[:, 3] == 1",
    ]
