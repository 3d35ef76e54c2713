"""The examination: every check in turn, each on what the doctor copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.data import Dataset
from hubel.errors import HubelError
from hubel.experiments.doctor._case import Case, Pair, open_case
from hubel.experiments.doctor._data import check_data
from hubel.experiments.doctor._diagnosis import Diagnosis
from hubel.experiments.doctor._finding import Chart, Finding, Findings, finding
from hubel.experiments.doctor._gradients import check_gradients
from hubel.experiments.doctor._layers import check_layers
from hubel.experiments.doctor._learning import check_held_out, check_overfit
from hubel.experiments.doctor._rates import check_rates
from hubel.experiments.doctor._start import check_start
from hubel.nn import Module, TrainConfig, describe
from hubel.scale import threads

CHECKS: dict[str, Callable[[Case], Findings]] = {
    "the data": check_data,
    "the loss before training": check_start,
    "the layers": check_layers,
    "the gradients": check_gradients,
    "the learning rate": check_rates,
    "learning by heart": check_overfit,
    "learning for others": check_held_out,
}
"""Every check, by what is looked at, in order."""


def diagnose(
    net: Module,
    train: Dataset | Pair,
    test: Dataset | Pair | None = None,
    config: TrainConfig | None = None,
    *,
    watch: Callable[[str | Finding], object] | None = None,
) -> Diagnosis:
    """Examine whether a net is learning properly: a verdict and a number a line.

    The data, the loss before training, what goes through the layers, the gradient of
    each parameter, the learning rate, and whether the net learns a few examples by
    heart and more than chance about others.

    Parameters
    ----------
    net : Module
        As training would start with it; it stays as it is.
    train : Dataset, or pair of arrays
        Images or points of shape (n, ...), n at least 2, and their classes.
    test : Dataset, or pair of arrays, optional
        Compared with the training examples only.
    config : TrainConfig, optional
        The settings that training would have.
    watch : callable, optional
        Called with what is looked at next, a text, and with each `Finding`.

    Returns
    -------
    Diagnosis
        Prints as text; ``save("page.html")`` writes it with charts.

    Raises
    ------
    OptionError, ShapeError, DTypeError
        If the examples are not of that kind.

    Notes
    -----
    All random numbers are the doctor's own: a training afterwards gives the same bits
    as without it. Training steps run on NumPy, as many as fit into about 2 seconds for
    each check, so a slow machine may try fewer. Layers are those of `Sequential`, also
    nested; another module counts as one layer. Dropout is on where the learning rate is
    looked at, and off elsewhere.

    Examples
    --------
    >>> from hubel import data, nn
    >>> train, test = data.tenshapes(300, 50)
    >>> net = nn.Sequential(
    ...     nn.Normalize.of(train.images), nn.Flatten(), *nn.mlp(3072, 10)
    ... )
    >>> found = diagnose(net, train, test, nn.TrainConfig(lr=0.001))
    >>> found["initial loss"].verdict, found["gradient of layers.2.weight"].verdict
    ('pass', 'pass')
    """
    case = open_case(net, train, test, config or TrainConfig())
    tell = watch or _ignore
    findings: list[Finding] = []
    charts: list[Chart] = []
    # One thread: the batches are small. What overflows, the checks find and say.
    with threads(1), np.errstate(all="ignore"):
        for result in _results(case, tell):
            if isinstance(result, Chart):
                charts.append(result)
            else:
                findings.append(result)
                tell(result)
    return Diagnosis(describe(case.net), tuple(findings), tuple(charts))


def _ignore(event: object) -> None:
    """Tell nobody."""


def _results(case: Case, tell: Callable[[str | Finding], object]) -> Findings:
    """Run every check, each told before it begins."""
    for what, check in CHECKS.items():
        tell(what)
        yield from _run(what, check, case)


def _run(what: str, check: Callable[[Case], Findings], case: Case) -> Findings:
    """Run a check; one that cannot be run is a finding too."""
    try:
        yield from check(case)
    except (HubelError, ArithmeticError, np.linalg.LinAlgError) as error:
        advice = getattr(error, "problem", str(error))
        said: Any = f"It could not be looked at: {advice}"
        yield finding(what, np.nan, "fail", "that it can be run", said)
