"""A drawing as a PNG: the same shapes as in its SVG, painted with Pillow, in light."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from hubel.errors import OptionError
from hubel.view._markup import Element, Markup
from hubel.view._outline import Point, outlines
from hubel.view._svg import FONT
from hubel.view._theme import DRAWING_CSS, LIGHT

Style = Mapping[str, str]
Box = tuple[int, int]

SCALE = 2
"""Pixels of the picture to a pixel of the drawing."""

FINER = 2
"""It is painted so much larger, so that edges come out smooth."""

LARGEST = 80_000_000
"""So many pixels are painted at most."""

_FAMILIES = (
    ("LiberationSans-Regular", "LiberationSans-Bold", "LiberationSans-Italic"),
    ("Arial", "Arial Bold", "Arial Italic"),
    ("arial", "arialbd", "ariali"),
    ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
)
"""Fonts in the order in which they are looked for: upright, bold, italic."""


def raster(picture: Markup) -> bytes:
    """Return a drawing as the bytes of a PNG file, with twice its size in pixels.

    Parameters
    ----------
    picture : Markup
        What a function of this package has drawn.

    Raises
    ------
    OptionError
        If it is no whole drawing, or too large to paint.
    """
    from PIL import Image

    if not isinstance(picture, Element) or picture.name != "svg":
        raise OptionError("only a whole drawing becomes a PNG, and this is a part")
    wide, tall = (float(picture.attributes[side] or 0) for side in ("width", "height"))
    scale = SCALE * FINER
    size = math.ceil(wide * scale), math.ceil(tall * scale)
    if size[0] * size[1] > LARGEST:
        raise OptionError(
            f"a drawing of {wide:.0f} x {tall:.0f} pixels is too large for a PNG",
            remedy="Save it as .svg.",
        )
    image = Image.new("RGB", size, LIGHT["surface"])
    _Painter(image, scale).paint(picture, {"color": LIGHT["ink"]})
    file = io.BytesIO()
    image.reduce(FINER).save(file, "PNG")
    return file.getvalue()


@cache
def _rules() -> list[tuple[str, dict[str, str]]]:
    """Read the drawings' style sheet as (class or tag, declarations), in order.

    Tags come first: a class beats them wherever it stands.
    """
    light = DRAWING_CSS.split("@media")[0]
    found: list[tuple[str, dict[str, str]]] = []
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", light):
        pairs = [each.split(":", 1) for each in body.split(";") if each]
        declared = {name: value for name, value in pairs}
        found += [(one.split()[-1], declared) for one in selectors.split(",")]
    return sorted(found, key=lambda rule: rule[0].startswith("."))


class _Painter:
    """Paints elements onto an image, from back to front."""

    def __init__(self, image: Any, scale: int) -> None:
        from PIL import ImageDraw

        self.image, self.scale = image, scale
        self.draw = ImageDraw.Draw(image)

    def paint(self, element: Markup, inherited: Style) -> None:
        """Paint an element and what is in it."""
        if not isinstance(element, Element):
            return
        style = _styled(element, inherited)
        match element.name:
            case "rect":
                self._rect(element.attributes, style)
            case "path":
                self._path(element.attributes, style)
            case "text":
                self._text(element, style)
            case "svg" | "g" | "":
                kept = {"color": style["color"]}
                for child in element.children:
                    if isinstance(child, Markup):
                        self.paint(child, kept)
            case _:
                pass  # titles and descriptions

    def _rect(self, given: Mapping[str, Any], style: Style) -> None:
        x, y, wide, tall = (given[side] for side in ("x", "y", "width", "height"))
        box = [self.scale * each for each in (x, y, x + wide, y + tall)]
        self.draw.rounded_rectangle(
            box,
            self.scale * (given.get("rx") or 0),
            fill=_paint(style, "fill"),
            outline=_paint(style, "stroke"),
            width=self._width(style),
        )

    def _path(self, given: Mapping[str, Any], style: Style) -> None:
        moved = _numbers(given.get("transform") or "0 0")
        dashes = _numbers(given.get("stroke_dasharray") or "")
        fill, stroke = _paint(style, "fill"), _paint(style, "stroke")
        for line in outlines(given["d"]):
            places = [point + complex(*moved) for point in line]
            if fill and len(places) > 2:
                self.draw.polygon(self._pixels(places), fill=fill)
            for piece in _dashed(places, dashes) if stroke else []:
                pixels = self._pixels(piece)
                self.draw.line(pixels, stroke, self._width(style), joint="curve")

    def _text(self, element: Element, style: Style) -> None:
        from PIL import Image, ImageDraw

        given = element.attributes
        content = "".join(element.children)
        x, y = (self.scale * float(given[side] or 0) for side in "xy")
        anchor = {"middle": "ms", "end": "rs"}.get(str(given.get("text_anchor")), "ls")
        font, fill = self._font(style), _paint(style, "fill")
        turn = _numbers(str(given.get("transform") or ""))
        if not turn:
            self.draw.text((x, y), content, fill=fill, font=font, anchor=anchor)
            return
        reach = math.ceil(font.getlength(content) + 4 * FONT * self.scale)
        mask = Image.new("L", (2 * reach, 2 * reach))
        # The text is turned about its own place; y is that of its middle line.
        down = y - self.scale * turn[2]
        middle = reach, reach + down
        ImageDraw.Draw(mask).text(middle, content, fill=255, font=font, anchor=anchor)
        mask = mask.rotate(-turn[0], Image.Resampling.BICUBIC)
        corner = round(x) - reach, round(y - down) - reach
        self.image.paste(fill, corner, mask)

    def _font(self, style: Style) -> Any:
        size = float(style.get("font-size", f"{FONT}px").removesuffix("px"))
        bold, italic = style.get("font-weight") == "600", "font-style" in style
        return _font(round(size * self.scale), 1 if bold else 2 if italic else 0)

    def _pixels(self, places: list[Point]) -> list[tuple[float, float]]:
        return [(self.scale * p.real, self.scale * p.imag) for p in places]

    def _width(self, style: Style) -> int:
        return max(1, round(self.scale * float(style.get("stroke-width", "1"))))


@cache
def _font(size: int, face: int) -> Any:
    """Return the first font that is there; Pillow brings one along."""
    from PIL import ImageFont

    for family in _FAMILIES:
        try:
            return ImageFont.truetype(f"{family[face]}.ttf", size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _styled(element: Element, inherited: Style) -> Style:
    """Return what the style sheet says of an element."""
    names = {f".{each}" for each in str(element.attributes.get("class_") or "").split()}
    style = dict(inherited)
    for name, declared in _rules():
        if name in names or name == element.name:
            style.update(declared)
    return style


def _paint(style: Style, what: str) -> str | tuple[int, ...] | None:
    """Return the colour that an element is filled or drawn with, None for none."""
    name = style.get(what, "none")
    color = style["color"] if name == "currentColor" else name
    if color == "none":
        return None
    share = float(style.get("opacity", "1"))
    mixed = zip(_channels(color), _channels(LIGHT["surface"]), strict=True)
    return tuple(round(share * a + (1 - share) * b) for a, b in mixed)


def _channels(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


def _numbers(text: str) -> list[float]:
    """Return the numbers in a text, such as those of ``translate(3 4)``."""
    return [float(each) for each in re.findall(r"-?\d+\.?\d*", text)]


def _dashed(line: list[Point], dashes: list[float]) -> list[list[Point]]:
    """Cut a line into dashes: lengths that are drawn and left out in turn."""
    if not dashes:
        return [line]
    found: list[list[Point]] = [[line[0]]]
    turn, left = 0, dashes[0]
    for start, end in pairwise(line):
        here = start
        while (way := abs(end - here)) > left:
            here += (end - here) / way * left
            if turn % 2 == 0:
                found[-1].append(here)
            else:
                found.append([here])
            turn += 1
            left = dashes[turn % len(dashes)]
        left -= way
        if turn % 2 == 0:
            found[-1].append(end)
    return [each for each in found if len(each) > 1]
