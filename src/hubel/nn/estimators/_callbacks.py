"""The epochs of a fit, told to scikit-learn's callbacks where it has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Tasks:
    """One fit as a task, with a task in it for each epoch.

    Parameters
    ----------
    estimator : estimator
        Whose callbacks are called.
    X, y : array
        What it is fitted to.
    epochs : int
        At most.
    """

    def __init__(self, estimator: Any, X: Any, y: Any, *, epochs: int) -> None:
        self._told = {"estimator": estimator, "X": X, "y": y}
        self._root: Any = None
        self._epoch: Any = None
        if hasattr(estimator, "_init_callback_context"):
            self._root = estimator._init_callback_context(max_subtasks=epochs)
            self._root.call_on_fit_task_begin(**self._told)

    def begin(self) -> None:
        """Begin an epoch."""
        if self._root is not None:
            self._epoch = self._root.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._told)

    def end(self, fitted: Callable[[], dict[str, Any]]) -> bool:
        """End an epoch, and say whether a callback wants no other.

        ``fitted`` gives the attributes with which the estimator could predict now.
        """
        if self._epoch is None:
            return False
        return self._epoch.call_on_fit_task_end(
            **self._told, reconstruction_attributes=fitted
        )

    def close(self) -> None:
        """End the fit."""
        if self._root is not None:
            self._root.call_on_fit_task_end(**self._told, reconstruction_attributes={})
