"""The colours and letters of every drawing, in light and dark.

Every colour that carries text or a line has a contrast of at least 5:1 to what is
behind it (WCAG 2.2 asks 4.5:1 of text and 3:1 of lines), and none is the only cue.
"""

from __future__ import annotations

from string import Template
from typing import Final

# The series differ in lightness as little as the contrast allows, so none shouts.
LIGHT: Final[dict[str, str]] = {
    "surface": "#ffffff",
    "raised": "#f5f7f9",
    "ink": "#1c2126",
    "muted": "#545d68",
    "hairline": "#e1e5ea",
    "axis": "#87919c",
    "over": "#ffffff",
    "series0": "#0b5fa5",
    "series1": "#b0470a",
    "series2": "#1b6e48",
    "series3": "#7a3fa3",
    "series4": "#a8194a",
    "series5": "#4d5866",
    "right0": "#f1f7fc",
    "right1": "#dbeaf8",
    "right2": "#c2dbf2",
    "right3": "#aacced",
    "right4": "#8fbce6",
    "right5": "#1f6db3",
    "right6": "#0b4a85",
    "wrong0": "#fef5ee",
    "wrong1": "#fce3d3",
    "wrong2": "#f9d0b4",
    "wrong3": "#f5bd96",
    "wrong4": "#f0a873",
    "wrong5": "#b3480b",
    "wrong6": "#843104",
}
DARK: Final[dict[str, str]] = {
    "surface": "#15181c",
    "raised": "#1d2126",
    "ink": "#e6e9ec",
    "muted": "#a3adb8",
    "hairline": "#2c3238",
    "axis": "#6d7782",
    "over": "#0f1114",
    "series0": "#74b6f2",
    "series1": "#f2a065",
    "series2": "#72c99a",
    "series3": "#c9a0ee",
    "series4": "#f690aa",
    "series5": "#b3bcc6",
    "right0": "#171e27",
    "right1": "#1a2939",
    "right2": "#1c354e",
    "right3": "#1d4164",
    "right4": "#1d4f7d",
    "right5": "#5aa3e6",
    "right6": "#94c8f7",
    "wrong0": "#211d1d",
    "wrong1": "#34251e",
    "wrong2": "#4a2d1d",
    "wrong3": "#60351b",
    "wrong4": "#7a3d14",
    "wrong5": "#e08a4a",
    "wrong6": "#f7b588",
}
SERIES: Final = 6
SHADES: Final = 7
OVER_FROM: Final = 5
"""From this shade on the text on it is written in ``over`` instead of ``ink``."""

SANS: Final = (
    'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",'
    '"Liberation Sans",Arial,sans-serif'
)


def both(rules: str) -> str:
    """Return CSS rules, whose colours are ``$names``, for light and then for dark."""
    light = Template(rules).substitute(LIGHT)
    dark = Template(rules).substitute(DARK)
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _drawing_colors() -> str:
    """Return the rules of a drawing that depend on light and dark."""
    rules = [
        ".hb-svg .surface{fill:$surface}",
        ".hb-svg text{fill:$ink}.hb-svg .muted{fill:$muted}.hb-svg .over{fill:$over}",
        ".hb-svg .grid{stroke:$hairline}.hb-svg .axis{stroke:$axis}",
        ".hb-svg .dot{stroke:$surface}",
        ".hb-svg .wire{stroke:$axis}.hb-svg .gate{fill:$raised;stroke:$muted}",
        ".hb-svg .layer{fill:$right1;stroke:$series0}",
        ".hb-svg .value{fill:$series2}.hb-svg .gradient{fill:$series4}",
    ]
    rules += [f".hb-svg .series{k}{{color:$series{k}}}" for k in range(SERIES)]
    for kind in ("right", "wrong"):
        rules += [f".hb-svg .{kind}{k}{{fill:${kind}{k}}}" for k in range(SHADES)]
    return "".join(rules)


# Plain rules instead of custom properties: viewers of SVG outside browsers know them.
DRAWING_CSS: Final = (
    f".hb-svg{{font:12px {SANS};font-variant-numeric:tabular-nums}}"
    ".hb-svg .title{font-size:14px;font-weight:600}.hb-svg .strong{font-weight:600}"
    ".hb-svg .grid,.hb-svg .axis{fill:none;stroke-width:1}"
    ".hb-svg .line{fill:none;stroke:currentColor;stroke-width:2;"
    "stroke-linejoin:round;stroke-linecap:round}"
    ".hb-svg .dense{stroke-width:.8}"
    ".hb-svg .leader{fill:none;stroke:currentColor;stroke-width:1;opacity:.6}"
    ".hb-svg .dot{fill:currentColor;stroke-width:1.2}"
    ".hb-svg .name{fill:currentColor;font-weight:600}"
    ".hb-svg .wire{fill:none;stroke-width:1.5;stroke-linecap:round}"
    ".hb-svg .gate{stroke-width:1.5}.hb-svg .gradient{font-style:italic}"
    + both(_drawing_colors())
)
