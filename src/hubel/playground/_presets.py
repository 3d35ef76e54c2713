"""Settings with a story: one click each, several of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hubel.playground._settings import Layer, Settings


@dataclass(frozen=True)
class Preset:
    """Settings, and what there is to see.

    Attributes
    ----------
    name, title, story : str
    settings : Settings
    beside : str
        Presets with the same word here are shown side by side.
    """

    name: str
    title: str
    story: str
    settings: Settings
    beside: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the preset as a page reads it."""
        return {
            "name": self.name,
            "title": self.title,
            "story": self.story,
            "settings": self.settings.as_json(),
            "beside": self.beside,
        }


def _hidden(units: int) -> Settings:
    return Settings(
        layers=(Layer(units, "tanh"),),
        data="spiral",
        count=120,
        optimizer="adam",
        lr=0.02,
        l2=1e-5,
    )


def _penalized(l2: float) -> Settings:
    return Settings(
        layers=(Layer(20, "relu"),),
        data="circle",
        count=150,
        noise=0.25,
        optimizer="adam",
        lr=0.02,
        l2=l2,
        test_share=0.4,
    )


PRESETS: Final = (
    Preset(
        "circle",
        "A disc in a ring",
        "No straight line tells the classes apart. Watch the hidden layer bend the "
        "plane until one does: the grid view shows where each point goes.",
        Settings(),
    ),
    Preset(
        "spiral",
        "Two spirals",
        "Harder: the classes wind around each other. More units, more steps; Adam gets "
        "there sooner than SGD.",
        Settings(
            layers=(Layer(20, "tanh"), Layer(20, "tanh")),
            data="spiral",
            optimizer="adam",
            lr=0.01,
            l2=0.0,
        ),
    ),
    Preset(
        "xor",
        "Exclusive or",
        "Opposite corners belong together. A linear classifier gets half of it.",
        Settings(layers=(Layer(4, "relu"),), data="xor", l2=0.0),
    ),
    Preset(
        "blobs",
        "Three clouds",
        "Three classes; a linear classifier (no hidden layer) is enough.",
        Settings(layers=(), data="blobs", classes=3, noise=0.1),
    ),
    Preset(
        "simple",
        "Thirteen points",
        "Few points, to be moved by hand: drag one across the border.",
        Settings(layers=(Layer(6), Layer(2)), data="simple", test_share=0.0, batch=13),
    ),
    Preset(
        "random",
        "Labels by chance",
        "There is nothing to learn here. A large net learns it by heart all the same, "
        "and the test points show that nothing was learned.",
        Settings(
            layers=(Layer(32, "relu"), Layer(32, "relu")),
            data="random",
            count=60,
            l2=0.0,
            lr=0.05,
        ),
    ),
    *(
        Preset(
            f"hidden-{units}",
            f"{units} hidden units",
            "More neurons, more capacity: the slide with 3, 6 and 20 hidden units.",
            _hidden(units),
            beside="capacity",
        )
        for units in (3, 6, 20)
    ),
    *(
        Preset(
            f"l2-{l2:g}",
            f"λ = {l2:g}",
            "Do not use the size of a net as a regulariser; use stronger "
            "regularisation instead: 20 hidden units each time. These are the slide's "
            "0.001, 0.01 and 0.1: its demo divides λ by the batch of 10.",
            _penalized(l2),
            beside="regularization",
        )
        for l2 in (0.0001, 0.001, 0.01)
    ),
)
"""The presets, in the order in which a page offers them."""
