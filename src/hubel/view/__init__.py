"""Drawings and pages from plain data: nothing here knows a graph, a net or a run.

Everything is text that a browser shows by itself, in the reader's light or dark mode,
with words for whoever does not see it, and the same text for the same data.
"""

from hubel.view._compare import comparison
from hubel.view._confusion import confusion
from hubel.view._contact_sheet import contact_sheet
from hubel.view._curves import curves
from hubel.view._diagram import Diagram, Kind, Station
from hubel.view._filters import filter_sheet, filters
from hubel.view._glyphs import glyph_pixels, glyphs
from hubel.view._graph import graph
from hubel.view._graph_page import Inside, Step, graph_page
from hubel.view._markup import Markup
from hubel.view._mistakes import mistakes
from hubel.view._pattern import pattern
from hubel.view._png import data_uri, png_bytes
from hubel.view._raster import raster
from hubel.view._regions import Region, regions
from hubel.view._report import Section, Table, report
from hubel.view._roofline import Dot, roofline
from hubel.view._search_map import SearchDot, search_map
from hubel.view._training import TrainingRecord, training_report

__all__ = [
    "Diagram",
    "Dot",
    "Inside",
    "Kind",
    "Markup",
    "Region",
    "SearchDot",
    "Section",
    "Station",
    "Step",
    "Table",
    "TrainingRecord",
    "comparison",
    "confusion",
    "contact_sheet",
    "curves",
    "data_uri",
    "filter_sheet",
    "filters",
    "glyph_pixels",
    "glyphs",
    "graph",
    "graph_page",
    "mistakes",
    "pattern",
    "png_bytes",
    "raster",
    "regions",
    "report",
    "roofline",
    "search_map",
    "training_report",
]
