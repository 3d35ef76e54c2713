"""Random search: which settings learn best, found by training many nets."""

from hubel.experiments.searching._command import train_command
from hubel.experiments.searching._events import (
    SearchEvent,
    SearchResult,
    SearchStarted,
    SearchWatch,
    Standing,
)
from hubel.experiments.searching._search import search, search_command
from hubel.experiments.searching._settings import SearchSettings
from hubel.experiments.searching._space import Choice, Range, parse

__all__ = [
    "Choice",
    "Range",
    "SearchEvent",
    "SearchResult",
    "SearchSettings",
    "SearchStarted",
    "SearchWatch",
    "Standing",
    "parse",
    "search",
    "search_command",
    "train_command",
]
