"""Drawings as pixels: the shapes, colours and places of their SVG."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from hubel.errors import OptionError
from hubel.view import confusion, curves, pattern, raster
from hubel.view._markup import Markup
from hubel.view._outline import outlines
from hubel.view._svg import drawing, group, mark, path, rect, text
from hubel.view._theme import LIGHT


def pixels(*shapes, wide=60, tall=40):
    """Draw shapes; return the pixels, two to a unit."""
    picture = drawing(wide, tall, *shapes, title="t", description="d")
    found = np.asarray(Image.open(io.BytesIO(raster(picture))))
    assert found.shape == (2 * tall, 2 * wide, 3)
    return found


def color(name):
    return [int(LIGHT[name][k : k + 2], 16) for k in (1, 3, 5)]


def at(image, x, y):
    return image[int(2 * y), int(2 * x)].tolist()


def dark(image):
    """Return the box around everything that is not the surface: x, y, x, y."""
    rows, columns = np.nonzero((image != color("surface")).any(axis=2))
    return np.array([columns.min(), rows.min(), columns.max(), rows.max()]) / 2


def test_shapes_have_their_colours_and_places():
    image = pixels(
        rect(10, 5, 20, 10, class_="right6"),
        group(path("M40 0v40", class_="line"), class_="series1"),
        group(mark("M-4 -4h8v8h-8z", 15, 30), class_="series2"),
    )
    assert at(image, 20, 10) == color("right6")
    assert at(image, 40, 20) == color("series1")
    assert at(image, 15, 30) == color("series2")
    assert at(image, 5, 3) == color("surface")


def test_a_leader_lets_the_surface_through():
    image = pixels(group(path("M0 20h60", class_="leader"), class_="series0"))
    strokes = image[40, 30].astype(float)
    mixed = 0.6 * np.array(color("series0")) + 0.4 * 255
    assert abs(strokes - mixed).max() < 2


def test_dashes_leave_gaps():
    image = pixels(path("M0 20h60", class_="axis", dashes="6 6"))
    line = (image[39:42] != color("surface")).any(axis=(0, 2))
    changes = np.count_nonzero(line[1:] != line[:-1])
    assert changes == 9
    assert abs(line.mean() - 0.5) < 0.05


def test_text_is_where_its_anchor_says():
    left, middle, right = (
        dark(pixels(text(30, 20, "axes", anchor=anchor)))
        for anchor in ("start", "middle", "end")
    )
    assert abs(left[0] - 30) < 2
    assert abs((middle[0] + middle[2]) / 2 - 30) < 2
    assert abs(right[2] - 30) < 2
    assert abs((left[1] + left[3]) / 2 - 20) < 3


@pytest.mark.parametrize("anchor", ["start", "middle", "end"])
def test_text_turns_about_its_place(anchor):
    flat = dark(pixels(text(30, 30, "along", anchor=anchor), tall=60))
    up = dark(pixels(text(30, 30, "along", anchor=anchor, turn=-90), tall=60))
    # What was to the right is above, as far as it was to the right.
    turned = [flat[1], 60 - flat[2], flat[3], 60 - flat[0]]
    np.testing.assert_allclose(up, turned, atol=1.5)


def test_bold_text_is_wider():
    plain, bold = (
        dark(pixels(text(2, 20, "axes", class_=kind))) for kind in ("muted", "strong")
    )
    assert bold[2] > plain[2]


def test_every_kind_of_drawing_is_painted():
    points = [1.0, 2.0, 3.0]
    for picture in (
        curves({"loss": (points, points), "rest": (points, [3.0, 1.0, 2.0])}),
        confusion(np.eye(3, dtype=int) * 9, classes=["a", "b", "longer name"]),
        pattern(range(9), range(9), (9, 9)),
    ):
        found = np.asarray(Image.open(io.BytesIO(raster(picture))))
        assert len(np.unique(found.reshape(-1, 3), axis=0)) > 10


def test_equal_drawings_are_equal_bytes():
    one, other = (raster(pattern(range(5), range(5), (5, 5))) for _ in range(2))
    assert one == other


def test_what_is_no_drawing():
    for part in (Markup("<svg/>"), path("M0 0h1", class_="axis")):
        with pytest.raises(OptionError, match="whole drawing"):
            raster(part)
    with pytest.raises(OptionError, match="too large"):
        pixels(wide=10_000, tall=1_000)


@pytest.mark.parametrize("sweep", [0, 1])
@pytest.mark.parametrize("large", [0, 1])
def test_arcs_lie_on_their_circle(large, sweep):
    (line,) = outlines(f"M0 0a5 5 0 {large} {sweep} 6 0")
    # A chord of 6 lies 4 from the centre of a circle of radius 5.
    center = complex(3, -4 if large == sweep else 4)
    np.testing.assert_allclose(np.abs(np.array(line) - center), 5)
    assert line[-1] == 6
    length = np.abs(np.diff(line)).sum()
    assert (length > 5 * np.pi) == bool(large)
    turn = np.diff(np.unwrap(np.angle(np.array(line) - center)))
    assert np.all(turn > 0) == bool(sweep)


def test_curves_and_relative_steps():
    (line,) = outlines("M1 1c0 2 4 2 4 0")
    assert line[-1] == 5 + 1j
    assert max(p.imag for p in line) == pytest.approx(2.5)
    assert outlines("M1 2l1 0 0 1H9v-1z") == [
        [1 + 2j, 2 + 2j, 2 + 3j, 9 + 3j, 9 + 2j, 1 + 2j]
    ]
    with pytest.raises(OptionError, match="'Q'"):
        outlines("M0 0Q1 1 2 2")
