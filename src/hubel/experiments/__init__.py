"""Studies: training runs and the folders that they leave behind."""

from hubel.experiments._events import Event, Started, TrainResult, Watch
from hubel.experiments._featurize import Featurized, featurize
from hubel.experiments._featurize_source import ImageSource, open_source
from hubel.experiments._folder import RunFolder, resume_command
from hubel.experiments._interrupt import Terminated
from hubel.experiments._model import Guess, Model, load
from hubel.experiments._run import Run, load_run
from hubel.experiments._settings import TrainSettings
from hubel.experiments._sources import FOLDER, SOURCES, VARIABLE, read_data
from hubel.experiments._task import Task
from hubel.experiments._train import train
from hubel.experiments.comparing import Comparison, compare
from hubel.experiments.doctor import Diagnosis, Finding, diagnose
from hubel.experiments.searching import (
    Choice,
    Range,
    SearchResult,
    SearchSettings,
    search,
)

__all__ = [
    "FOLDER",
    "SOURCES",
    "VARIABLE",
    "Choice",
    "Comparison",
    "Diagnosis",
    "Event",
    "Featurized",
    "Finding",
    "Guess",
    "ImageSource",
    "Model",
    "Range",
    "Run",
    "RunFolder",
    "SearchResult",
    "SearchSettings",
    "Started",
    "Task",
    "Terminated",
    "TrainResult",
    "TrainSettings",
    "Watch",
    "compare",
    "diagnose",
    "featurize",
    "load",
    "load_run",
    "open_source",
    "read_data",
    "resume_command",
    "search",
    "train",
]
