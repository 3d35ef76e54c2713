"""Every exception that a user can see: what was given, what was needed, what to do."""

from __future__ import annotations


class HubelError(Exception):
    """The base of every error that hubel raises on purpose.

    Parameters
    ----------
    problem : str
        What was given and what was needed, in one or two sentences.
    remedy : str
        What to do about it; shown on a line of its own.
    where : str
        The user's own line, as ``file:line: source``, when it is known.
    """

    def __init__(self, problem: str, *, remedy: str = "", where: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        self.where = where
        lines = [problem]
        if where:
            lines.append(f"  at {where}")
        if remedy:
            lines.append(f"  {remedy}")
        super().__init__("\n".join(lines))


class ShapeError(HubelError, ValueError):
    """Shapes of operands do not fit each other or the gate."""


class DTypeError(HubelError, TypeError):
    """A dtype that the operation cannot take."""


class TraceError(HubelError, TypeError):
    """A Python or NumPy operation that a traced value cannot stand in for."""


class MutationError(HubelError, RuntimeError):
    """A captured array changed between its recording and its use."""


class DifferentiationError(HubelError, TypeError):
    """A derivative that does not exist or was asked for in the wrong way."""


class GateError(HubelError, TypeError):
    """A gate that is unknown, or was defined or called in the wrong way."""


class GraphError(HubelError, ValueError):
    """A graph that is not well formed, or a sweep that it cannot do."""


class OptionError(HubelError, ValueError):
    """An argument or command-line option outside its allowed values."""


class DataError(HubelError, ValueError):
    """A data file or folder that is missing, damaged or not what it claims to be."""


class NonFiniteError(HubelError, ArithmeticError):
    """A gate made NaN or infinity from finite numbers, where this was watched."""


class TrainingError(HubelError, RuntimeError):
    """Training that cannot go on, such as a loss that is no longer finite."""


class RunError(HubelError, RuntimeError):
    """A run folder that cannot be read or written."""


class ExportError(HubelError, ValueError):
    """A function that has no form in the format it is to be written in."""


class NativeError(HubelError, RuntimeError):
    """Native code that cannot be made or run here; plans run on NumPy instead."""


class ZeroGradientWarning(UserWarning):
    """A gradient that is zero because every path to it passes a constant gate."""
