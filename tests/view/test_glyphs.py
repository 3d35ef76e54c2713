"""Glyphs: strokes along the edges, over the image that they are of."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.features import HOG
from hubel.view import glyph_pixels, glyphs, png_bytes

SVG = "{http://www.w3.org/2000/svg}"
# Dark on the left, bright on the right: the edge runs from top to bottom.
IMAGE = np.where(np.arange(16) < 4, 0, 200).repeat(16).reshape(16, 16).T
IMAGE = np.ascontiguousarray(IMAGE, np.uint8)
CELLS = HOG().cells(IMAGE[None, ..., None])[0]


def strokes(picture):
    """Return (x, y, along, down, opacity) of every stroke."""
    found = []
    for each in ElementTree.fromstring(picture).iter(f"{SVG}path"):
        for numbers in re.findall(r"M(\S+) (\S+?)l(\S+) ([^M]+)", each.get("d")):
            found.append((*map(float, numbers), float(each.get("opacity"))))
    return found


def test_the_strongest_strokes_lie_along_the_edge():
    drawn = [each for each in strokes(glyphs(CELLS)) if each[4] == 1]
    # Gradients to the right lie between the bins around 170 and 10 degrees.
    assert len(drawn) == 4
    for x, y, along, down, _ in drawn:
        assert abs(along) < 0.2 * abs(down)
        assert 0 <= x + along / 2 < 24
        assert min(abs(y + down / 2 - middle) for middle in (12, 36)) < 0.01


def test_the_image_lies_behind_and_has_its_size():
    picture = glyphs(CELLS, image=IMAGE)
    root = ElementTree.fromstring(picture)
    behind = root.find(f"{SVG}image")
    assert (behind.get("width"), behind.get("height")) == ("48", "48")
    assert root.get("width") == "48"
    assert picture.index("<image") < picture.index("<path")


def test_opposite_bins_share_a_stroke():
    cells = np.zeros((1, 1, 6))
    cells[0, 0, [1, 4]] = 1
    assert len(strokes(glyphs(cells, signed=True))) == 1
    assert glyph_pixels(cells, signed=True).shape == (8, 8)


def test_pixels_are_white_where_the_edge_is():
    painted = glyph_pixels(CELLS, side=9)
    assert painted.shape == (18, 18)
    assert painted[:, 4].reshape(2, 9)[:, 1:8].min() > 100
    assert painted.max() == 255
    assert not painted[:, 9:].any()
    png_bytes(painted)


def test_nothing_to_see_is_black():
    assert not glyph_pixels(np.zeros((3, 2, 2, 9))).any()
    assert not strokes(glyphs(np.zeros((2, 2, 9))))


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match="rows, columns, bins"):
        glyphs(np.zeros((2, 9)))
    with pytest.raises(ShapeError, match="even"):
        glyphs(np.zeros((2, 2, 9)), signed=True)
