"""How fast does ``LinearClassifier(solver="exact")`` come to the optimum?

Ten classes, features as a rectified random projection gives them, standardised; one fit
each, by the clock of the process, which adds up threads. Beside it are scikit-learn's
LogisticRegression on the same softmax objective and LinearSVC on the same squared
hinge; before times are printed hubel's objective has to be at least as low as theirs,
worked out for both by one function. As the gradient at which each stops is another,
LogisticRegression runs with its default and with a tighter tolerance.

``--rows 50000 --columns 1600`` is the size of a learned dictionary's features.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import hubel as hb
from benchmarks._harness import machine, verdict

CLASSES, ALPHA, SLACK = 10, 1e-3, 1e-5


def examples(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised features, float32, and classes."""
    generator = np.random.default_rng(0)
    hidden = generator.normal(size=(rows, 64))
    X = np.maximum(hidden @ generator.normal(size=(64, columns)) / 8, 0)
    X += 0.5 * generator.normal(size=X.shape)
    X = ((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32)
    scores = np.tanh(hidden[:, :CLASSES]) @ generator.normal(size=(CLASSES, CLASSES))
    return X, (scores + 0.7 * generator.normal(size=scores.shape)).argmax(axis=1)


def objective(model: Any, loss: str, X: np.ndarray, y: np.ndarray) -> float:
    """Return what is minimised, at the coefficients of a model."""
    weight = np.asarray(model.coef_, np.float64).T
    scores = X @ weight.astype(X.dtype) + model.intercept_
    value = float(hb.nn.LOSSES[loss](scores.astype(np.float64), y))
    return value + 0.5 * ALPHA * float((weight**2).sum())


def contest(
    loss: str, peers: dict[str, Callable[[], Any]], X: np.ndarray, y: np.ndarray
) -> None:
    """Fit each once; compare objectives, then times."""
    exact = hb.LinearClassifier(loss, solver="exact", alpha=ALPHA, normalize=False)
    seconds: dict[str, float] = {}
    reached: dict[str, float] = {}
    for name, model in {"hubel": exact, **{k: f() for k, f in peers.items()}}.items():
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        seconds[name] = time.process_time() - start
        reached[name] = objective(model, loss, X, y)
    print(f"\n{loss}, {X.shape[0]:,} x {X.shape[1]:,}, alpha {ALPHA}")
    for name, value in reached.items():
        assert reached["hubel"] <= value * (1 + SLACK), (name, reached)
        print(f"  {name:24}{seconds[name]:8.2f} s   objective {value:.7f}")
    for name in peers:
        verdict(f"beside {name}", seconds["hubel"] / seconds[name], 1.0)


def main() -> None:
    """Run both contests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=400)
    options = parser.parse_args()
    machine()
    X, y = examples(options.rows, options.columns)
    strength = 1 / (ALPHA * len(X))
    peers = {
        f"LogisticRegression {tol:g}": lambda tol=tol: LogisticRegression(
            C=strength, tol=tol, max_iter=10_000
        )
        for tol in (1e-4, 1e-5)
    }
    contest("softmax", peers, X, y)
    # Its penalty on the bias vanishes as the constant input grows.
    svm = {"dual": False, "intercept_scaling": 100.0}
    contest("squared_hinge", {"LinearSVC": lambda: LinearSVC(C=strength, **svm)}, X, y)


if __name__ == "__main__":
    main()
