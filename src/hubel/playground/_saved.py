"""A room in a file: settings, points and every number of the net, as JSON."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np

from hubel.errors import OptionError
from hubel.playground._learner import Learner
from hubel.playground._messages import Fields
from hubel.playground._points import Points
from hubel.playground._settings import MOST_POINTS, Settings, read_settings

FORMAT: Final = "hubel playground 1"


def saved(settings: Settings, points: Points, learner: Learner) -> dict[str, Any]:
    """Return a document from which `restored` makes the same room again."""
    rows = zip(points.x, points.y, points.test, strict=True)
    return {
        "format": FORMAT,
        "settings": settings.as_json(),
        "step": learner.step,
        "points": [[float(x), float(y), int(c), int(t)] for (x, y), c, t in rows],
        "arrays": [array.ravel().tolist() for array in learner.arrays],
    }


def restored(document: Any) -> tuple[Settings, Points, list[Any], int]:
    """Read a document; everything in it is checked.

    Returns
    -------
    tuple
        Settings, points, the arrays of the net and its optimiser, the step.

    Raises
    ------
    OptionError
        If it is not such a document, or the arrays are not those of its settings.
    """
    fields = Fields(document, "the file")
    if fields.take("format") != FORMAT:
        raise OptionError("the file is not one that was saved here")
    settings = read_settings(fields.take("settings"))
    points = read_points(fields.items("points", MOST_POINTS), settings.classes)
    step = fields.whole("step", 0, 10**12)
    given = fields.items("arrays", 200)
    fields.end()
    arrays = Learner(settings, *points.train).arrays
    if len(given) != len(arrays):
        raise OptionError("the file holds another net than its settings say")
    pairs = zip(given, arrays, strict=True)
    return settings, points, [_array(each, like) for each, like in pairs], step


def read_points(rows: list[Any], classes: int) -> Points:
    """Read points ``[x, y, class, 1 if for the test]``; one at least is learned from.

    Raises
    ------
    OptionError
        If one of them is not such a point.
    """
    table = np.zeros((len(rows), 4))
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            raise OptionError(f"point {number} is not a list of four numbers")
        cells = cast("list[Any]", row)
        fields = Fields(dict(zip("xyct", cells, strict=False)), f"point {number}")
        table[number, :2] = [fields.number(name, -100.0, 100.0) for name in "xy"]
        table[number, 2:] = fields.whole("c", 0, classes - 1), fields.whole("t", 0, 1)
    test = table[:, 3] == 1
    if not (~test).any():
        raise OptionError("there are no points to learn from")
    return Points(table[:, :2].astype(np.float32), table[:, 2].astype(np.int64), test)


def _array(values: Any, like: Any) -> Any:
    """Read the numbers of one array."""
    numbers = cast("list[Any]", values if isinstance(values, list) else [])
    if len(numbers) != like.size:
        raise OptionError("the file holds another net than its settings say")
    if not all(type(value) in (int, float) for value in numbers):
        raise OptionError("a weight in the file is not a number")
    with np.errstate(over="ignore"):
        try:
            array = np.array(numbers, np.float64).astype(like.dtype)
        except OverflowError:  # a whole number beyond all floats
            array = np.array(np.inf)
    if not np.isfinite(array).all():
        raise OptionError("a weight in the file is not finite")
    return array.reshape(like.shape)
