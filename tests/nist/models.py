"""The models of NIST's problems of non-linear regression, in plain NumPy.

Retyped from the descriptions at https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml;
the parameters b1, b2 ... are ``b[0], b[1] ...``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("strd.txt")

Model = Callable[[Any, Any], Any]


def saturation(b: Any, x: Any) -> Any:
    return b[0] * (1 - np.exp(-b[1] * x))


def misra1b(b: Any, x: Any) -> Any:
    return b[0] * (1 - (1 + b[1] * x / 2) ** -2)


def misra1c(b: Any, x: Any) -> Any:
    return b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5)


def misra1d(b: Any, x: Any) -> Any:
    return b[0] * b[1] * x * (1 + b[1] * x) ** -1


def chwirut(b: Any, x: Any) -> Any:
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


def lanczos(b: Any, x: Any) -> Any:
    first, second = b[0] * np.exp(-b[1] * x), b[2] * np.exp(-b[3] * x)
    return first + second + b[4] * np.exp(-b[5] * x)


def gauss(b: Any, x: Any) -> Any:
    first = b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
    second = b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    return b[0] * np.exp(-b[1] * x) + first + second


def danwood(b: Any, x: Any) -> Any:
    return b[0] * x ** b[1]


def kirby2(b: Any, x: Any) -> Any:
    return (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)


def cubics(b: Any, x: Any) -> Any:
    above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def nelson(b: Any, x: Any) -> Any:
    """Predict the logarithm of the response."""
    return b[0] - b[1] * x[0] * np.exp(-b[2] * x[1])


def mgh17(b: Any, x: Any) -> Any:
    return b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4])


def roszman1(b: Any, x: Any) -> Any:
    return b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi


def enso(b: Any, x: Any) -> Any:
    turn = 2 * np.pi * x
    year = b[1] * np.cos(turn / 12) + b[2] * np.sin(turn / 12)
    second = b[4] * np.cos(turn / b[3]) + b[5] * np.sin(turn / b[3])
    third = b[7] * np.cos(turn / b[6]) + b[8] * np.sin(turn / b[6])
    return b[0] + year + second + third


def mgh09(b: Any, x: Any) -> Any:
    return b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3])


def rat42(b: Any, x: Any) -> Any:
    return b[0] / (1 + np.exp(b[1] - b[2] * x))


def mgh10(b: Any, x: Any) -> Any:
    return b[0] * np.exp(b[1] / (x + b[2]))


def eckerle4(b: Any, x: Any) -> Any:
    return b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2)


def rat43(b: Any, x: Any) -> Any:
    return b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3])


def bennett5(b: Any, x: Any) -> Any:
    return b[0] * (b[1] + x) ** (-1 / b[2])


MODELS: dict[str, Model] = {
    "Bennett5": bennett5,
    "BoxBOD": saturation,
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": danwood,
    "ENSO": enso,
    "Eckerle4": eckerle4,
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": cubics,
    "Kirby2": kirby2,
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": mgh09,
    "MGH10": mgh10,
    "MGH17": mgh17,
    "Misra1a": saturation,
    "Misra1b": misra1b,
    "Misra1c": misra1c,
    "Misra1d": misra1d,
    "Nelson": nelson,
    "Rat42": rat42,
    "Rat43": rat43,
    "Roszman1": roszman1,
    "Thurber": cubics,
}


@dataclass(frozen=True)
class Problem:
    """A model with data, two starts and the certified answer.

    Attributes
    ----------
    starts : array of shape (2, parameters)
        Far from the answer, and near to it.
    certified, deviations : array of shape (parameters,)
        The answer to 11 digits, and its standard deviations.
    rss : float
        The certified residual sum of squares.
    x : array of shape (observations,) or (2, observations)
        The predictors.
    y : array of shape (observations,)
        What the model predicts.
    """

    name: str
    starts: Any
    certified: Any
    deviations: Any
    rss: float
    x: Any
    y: Any

    def residuals(self, b: Any) -> Any:
        return MODELS[self.name](b, self.x) - self.y


def problems() -> dict[str, Problem]:
    """Read all problems, in NIST's order: from easy to hard."""
    found: dict[str, dict[str, list[list[float]]]] = {}
    name = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        key, *numbers = line.partition("#")[0].split() or [""]
        if key and not numbers:
            found[name := key] = {}
        elif key:
            found[name].setdefault(key, []).append([float(each) for each in numbers])
    return {name: _problem(name, parts) for name, parts in found.items()}


def _problem(name: str, parts: dict[str, list[list[float]]]) -> Problem:
    first, second, certified, deviations = np.array(parts["b"]).T
    y, *x = [np.concatenate(parts[key]) for key in ("y", "x", "x2") if key in parts]
    y = np.log(y) if name == "Nelson" else y
    starts, predictors = np.stack([first, second]), np.stack(x) if len(x) > 1 else x[0]
    return Problem(
        name, starts, certified, deviations, parts["rss"][0][0], predictors, y
    )
