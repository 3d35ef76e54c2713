"""The doctor says whether a net is learning properly."""

from hubel.experiments.doctor._diagnose import CHECKS, diagnose
from hubel.experiments.doctor._diagnosis import Diagnosis, written
from hubel.experiments.doctor._finding import Chart, Finding
from hubel.experiments.doctor._rates import suggest_rate

__all__ = [
    "CHECKS",
    "Chart",
    "Diagnosis",
    "Finding",
    "diagnose",
    "suggest_rate",
    "written",
]
