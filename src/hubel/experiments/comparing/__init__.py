"""The lecture's experiments: which nets, features and activations do better."""

from hubel.experiments.comparing._compare import compare, compare_command
from hubel.experiments.comparing._events import (
    CompareEvent,
    CompareStanding,
    CompareStarted,
    CompareWatch,
    Comparison,
)
from hubel.experiments.comparing._members import Member
from hubel.experiments.comparing._points import PointSettings
from hubel.experiments.comparing._spread import Spread
from hubel.experiments.comparing._studies import STUDIES

__all__ = [
    "STUDIES",
    "CompareEvent",
    "CompareStanding",
    "CompareStarted",
    "CompareWatch",
    "Comparison",
    "Member",
    "PointSettings",
    "Spread",
    "compare",
    "compare_command",
]
