"""What can be said about a histogram of oriented gradients, and the known ones."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hubel.errors import OptionError
from hubel.features._blocks import NORMS
from hubel.features._cells import Spatial
from hubel.features._gradients import Channels, Differences
from hubel.features._options import check_word
from hubel.features._orientations import Binning

Preset = Literal["lecture", "skimage", "opencv", "dalal-triggs", "uoctti", "cs231n"]
Norm = Literal["L1", "L1-sqrt", "L2", "L2-Hys", "opencv", "uoctti"]


@dataclass(frozen=True, kw_only=True)
class HOGSettings:
    """How gradients become numbers; what is here is the lecture's.

    Parameters
    ----------
    white : float
        The number that the brightest pixel stands for, black being 0.
    root : bool
        Whether to take the square root of the pixels first.
    channels : {"max", "gray", "cs231n"}
        Whether each pixel's gradient is that of the channel where it is longest, or
        that of a grey image.
    differences : {"central", "interior", "forward"}
        Between the pixels on both sides, 0 along an axis on which one is missing; or 0
        at the whole border; or between the next pixel and the pixel itself.
    bins : int
        Orientations, at least 2 (3, if signed).
    signed : bool
        Whether the bins are parts of a whole turn rather than of half a turn.
    start : float
        Where the first bin begins, in bins: 0, or -0.5 if its centre is at 0.
    binning : {"linear", "hard", "cs231n"}
        Whether a pixel shares its vote between the two nearest bins, or gives it to
        one; or as the course does it.
    cell : int
        Pixels of a cell along each axis. Pixels beyond the last cell have no cell.
    spatial : {"hard", "bilinear"}
        Whether a pixel votes for its own cell, or for the nearest four.
    mean : bool
        Whether a cell is the mean over its pixels rather than the sum.
    block : int
        Cells of a block along each axis. Blocks begin at every cell.
    window : float, optional
        Standard deviation in pixels of a Gaussian about the centre of a block; pixels
        then vote in each block by itself.
    off_centre : float
        Pixels by which the Gaussian's centre is off, down and to the right.
    norm : str, optional
        What makes blocks alike: "L1", "L1-sqrt", "L2", "L2-Hys", "opencv", "uoctti".
    eps : float
        What keeps blocks without contrast from being divided by 0.
    clip : float
        The ceiling of "L2-Hys" and the like.
    transpose : bool
        Whether cells are listed column by column rather than row by row.
    """

    white: float = 1.0
    root: bool = False
    channels: Channels = "max"
    differences: Differences = "central"
    bins: int = 9
    signed: bool = False
    start: float = 0.0
    binning: Binning = "linear"
    cell: int = 8
    spatial: Spatial = "hard"
    mean: bool = False
    block: int = 1
    window: float | None = None
    off_centre: float = 0.0
    norm: Norm | None = None
    eps: float = 1e-5
    clip: float = 0.2
    transpose: bool = False

    def __post_init__(self) -> None:
        """Check every setting."""
        least = {"bins": 3 if self.signed else 2, "cell": 1, "block": 1}
        for name, low in least.items():
            _require(name, getattr(self, name), low, "a whole number", int)
        for name in ("white", "eps", "clip"):
            _require(name, getattr(self, name), 1e-30, "a number above 0", (int, float))
        if self.window is not None:
            _require("window", self.window, 1e-30, "None, or pixels", (int, float))
        check_word("channels", self.channels, get_args(Channels))
        check_word("differences", self.differences, get_args(Differences))
        check_word("binning", self.binning, get_args(Binning))
        check_word("spatial", self.spatial, get_args(Spatial))
        check_word("start", self.start, (0.0, -0.5))
        check_word("norm", self.norm, (None, *NORMS, "uoctti"))
        blocks = self.block > 1 or self.window is not None
        if self.norm == "uoctti" and (self.bins % 2 or not self.signed or blocks):
            raise OptionError(
                'norm="uoctti" without pairs of opposite orientations, or with blocks',
                remedy="Give signed=True, an even number of bins, block=1, no window=.",
            )


def _require(name: str, given: Any, low: float, needed: str, kinds: Any) -> None:
    good = isinstance(given, kinds) and not isinstance(given, bool)
    if not good or not low <= given < math.inf:
        least = f", at least {low}" if low >= 1 else ""
        raise OptionError(f"{name}={given!r}", remedy=f"Give {needed}{least}.")


PRESETS: dict[str, HOGSettings] = {
    "lecture": HOGSettings(),
    "skimage": HOGSettings(
        white=255.0, binning="hard", mean=True, block=3, norm="L2-Hys"
    ),
    "opencv": HOGSettings(
        white=255.0,
        spatial="bilinear",
        block=2,
        window=4.0,
        off_centre=0.5,
        norm="opencv",
        eps=1e-3,
        transpose=True,
    ),
    "dalal-triggs": HOGSettings(
        root=True, spatial="bilinear", block=2, window=8.0, norm="L2-Hys", eps=1e-2
    ),
    "uoctti": HOGSettings(
        white=255.0,
        differences="interior",
        bins=18,
        signed=True,
        start=-0.5,
        binning="hard",
        spatial="bilinear",
        norm="uoctti",
        eps=1e-2,
    ),
    "cs231n": HOGSettings(
        white=255.0,
        channels="cs231n",
        differences="forward",
        binning="cs231n",
        mean=True,
        transpose=True,
    ),
}
"""The settings of each preset; docs/features.md says what each is for."""


def find_settings(preset: str, overrides: dict[str, Any]) -> HOGSettings:
    """Return the settings of a preset, with some replaced.

    Raises
    ------
    OptionError
        If there is no such preset or setting, or a value is not allowed.
    """
    check_word("preset", preset, tuple(PRESETS))
    names = [field.name for field in dataclasses.fields(HOGSettings)]
    unknown = sorted(set(overrides) - set(names))
    if unknown:
        raise OptionError(
            f"hog has no setting {', '.join(unknown)}",
            remedy=f"Its settings are {', '.join(names)}.",
        )
    return dataclasses.replace(PRESETS[preset], **overrides)
