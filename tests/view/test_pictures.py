"""Filters, confusion matrices and mistakes: the right pixels, counts and words."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.streams import stream
from hubel.view import confusion, filters, mistakes
from hubel.view._tiles import shrink

SVG = "{http://www.w3.org/2000/svg}"


def pictures(figure):
    """Return the arrays of all PNGs in a figure."""
    bodies = re.findall('src="data:image/png;base64,(.*?)"', figure)
    files = [io.BytesIO(base64.b64decode(body)) for body in bodies]
    return [np.asarray(Image.open(file)) for file in files]


def test_filters_lie_where_their_units_are():
    weights = np.zeros((12, 3))
    weights[:, 0] = 1.0
    weights[:, 1] = -2.0
    (picture,) = pictures(filters(weights, shape=(2, 2, 3), columns=2))
    assert picture.shape == (6, 6, 4)
    assert np.all(picture[:2, :2] == 255)
    assert np.all(picture[:2, 4:, :3] == 0)
    assert np.all(picture[4:, :2, :3] == 128)  # a unit of zeros is grey
    assert np.all(picture[2:4, :, 3] == 0)  # the page shines through between tiles
    assert np.all(picture[4:, 4:, 3] == 0)  # and where there is no unit


def test_flat_weights_and_images_are_the_same_filters():
    images = stream(0, "test").normal(size=(5, 4, 6, 3))
    flat = images.reshape(5, -1).T
    assert filters(images) == filters(flat, shape=(4, 6, 3))
    grey = images[..., :1]
    assert filters(grey) == filters(grey[..., 0])


def test_filters_share_a_scale_when_asked():
    images = np.ones((2, 1, 1, 3)) * np.array([1.0, 0.5]).reshape(2, 1, 1, 1)
    (each,) = pictures(filters(images, columns=2))
    (together,) = pictures(filters(images, columns=2, scaling="together"))
    assert each[0, 3, 0] == 255
    assert together[0, 0, 0] == 255
    assert together[0, 3, 0] == 191


def test_of_many_filters_the_strongest_are_shown():
    weights = np.ones((12, 150)) * np.arange(150)
    figure = filters(weights, shape=(2, 2, 3), scaling="together")
    assert "The 100 strongest of 150 units" in figure
    (picture,) = pictures(figure)
    assert picture.shape == (38, 38, 4)
    assert picture[0, 0, 0] == 255
    assert picture[36, 36, 0] == round(127.5 + 127.5 * 50 / 149)


def test_filters_that_are_not_finite_and_large_ones_are_drawn():
    images = np.full((40, 128, 128, 3), np.nan)
    images[:, :4] = 1.0
    figure = filters(images)
    assert "The 32 strongest of 40" in figure
    assert len(figure) < 700_000
    assert pictures(figure)[0].shape[0] == 6 * 66 - 2


@pytest.mark.parametrize(
    ("shape", "image"),
    [((12, 3), (2, 2)), ((3, 4, 4, 2), (4, 4)), ((0, 4, 4, 3), (4, 4))],
)
def test_weights_that_are_no_images_are_refused(shape, image):
    with pytest.raises(ShapeError, match="are not images"):
        filters(np.zeros(shape), shape=image)


@pytest.mark.parametrize("option", [{"limit": 0}, {"columns": 0}, {"scaling": "no"}])
def test_filter_options_are_checked(option):
    with pytest.raises(OptionError):
        filters(np.zeros((2, 2, 2, 3)), **option)


def test_shrinking_averages_blocks():
    images = np.arange(36.0).reshape(1, 6, 6, 1)
    small = shrink(images, 3)
    assert small.shape == (1, 3, 3, 1)
    assert small[0, 0, 0, 0] == np.mean([0, 1, 6, 7])
    assert shrink(images[:, :5], 3).shape == (1, 3, 3, 1)
    assert shrink(images, 6) is not images
    np.testing.assert_array_equal(shrink(images, 6), images)


def cells(picture):
    """Return (class, hover text, count) of each cell of a confusion matrix."""
    root = ElementTree.fromstring(picture)
    found = []
    for node in root.iter(f"{SVG}g"):
        told, shape, words = (node.find(f"{SVG}{n}") for n in ("title", "rect", "text"))
        if told is not None and shape is not None:
            count = None if words is None else words.text
            found.append((shape.get("class"), told.text, count))
    return found


def test_a_confusion_matrix_shows_counts_shares_and_accuracies():
    picture = confusion([[90, 10, 0], [3, 0, 0], [0, 0, 0]], classes=["a", "b", "c"])
    found = cells(picture)
    assert found[0] == ("right6", "a recognised: 90 of 100 (90.0 %)", "90")
    assert found[1] == ("wrong3", "a taken for b: 10 of 100 (10.0 %)", "10")
    assert found[2] == ("wrong0", "a taken for c: 0 of 100 (0.0 %)", None)
    assert found[3] == ("wrong6", "b taken for a: 3 of 3 (100.0 %)", "3")
    strong = [
        node.text
        for node in ElementTree.fromstring(picture).iter(f"{SVG}text")
        if node.get("class") == "strong"
    ]
    assert strong == ["90.0 %", "0.0 %", "–"]
    assert "90 of 103 right. By class: a 90.0 %, b 0.0 %, c 0.0 %." in picture


def test_many_classes_and_great_counts_stay_bounded():
    counts = np.full((100, 100), 10**12)
    picture = confusion(counts)
    ElementTree.fromstring(picture)
    assert len(picture) < 700_000
    with pytest.raises(OptionError, match="at most 100 classes"):
        confusion(np.ones((101, 101), int))


@pytest.mark.parametrize("shape", [(2, 3), (4,), (0, 0)])
def test_a_confusion_matrix_is_square(shape):
    with pytest.raises(ShapeError, match="one row and one column"):
        confusion(np.zeros(shape, int))


@pytest.mark.parametrize("count", [-1, 0.5, float("nan"), float("inf"), "1"])
def test_a_confusion_matrix_counts(count):
    with pytest.raises(OptionError, match="whole counts"):
        confusion([[1, count], [0, 1]])


def test_a_confusion_matrix_needs_a_name_a_class():
    with pytest.raises(ShapeError, match="as many names, not 1"):
        confusion([[1, 0], [0, 1]], classes=["a"])


def test_the_worst_mistakes_come_first_and_right_answers_not_at_all():
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1, 1).repeat(3, axis=3)
    figure = mistakes(
        images, ["a", "b", "c", "d"], ["x", "b", "y", "z"], [0.3, 0.9, 0.8, 0.8]
    )
    assert [int(p[0, 0, 0]) for p in pictures(figure)] == [2, 3, 0]
    assert re.findall(r"(\d+) %", figure) == ["80", "80", "30"]
    assert 'alt="c, taken for y"' in figure
    assert len(pictures(mistakes(images, "abcd", "wxyz", [1, 1, 1, 1], limit=2))) == 2


def test_mistakes_may_be_measured_otherwise():
    image = np.zeros((1, 2, 2), np.uint8)
    assert "1.23<" in mistakes(image, ["a"], ["b"], [1.2345], percent=False)


def test_no_mistake_is_said():
    assert "no mistake" in mistakes(np.zeros((1, 2, 2), np.uint8), ["a"], ["a"], [1.0])


def test_large_pictures_are_shrunk():
    images = np.full((1, 300, 200, 3), 9, np.uint8)
    (picture,) = pictures(mistakes(images, ["a"], ["b"], [0.5]))
    assert picture.shape == (60, 40, 3)
    assert np.all(picture == 9)


def test_hostile_class_names_stay_words():
    hostile = '"><script>alert(1)</script>'
    figure = mistakes(np.zeros((1, 2, 2), np.uint8), [hostile], ["b"], [0.5])
    assert "<script" not in figure
    ElementTree.fromstring(figure)
    matrix = confusion([[1, 2], [3, 4]], classes=[hostile, "</svg>"])
    assert "<script" not in matrix
    ElementTree.fromstring(matrix)


def test_what_does_not_belong_together_is_refused():
    images = np.zeros((2, 2, 2, 3), np.uint8)
    with pytest.raises(ShapeError, match="2 images need as many"):
        mistakes(images, ["a"], ["b", "c"], [0.1, 0.2])
    with pytest.raises(ShapeError, match="transpose"):
        mistakes(images.transpose(0, 3, 1, 2), ["a", "b"], ["b", "c"], [0.1, 0.2])
    with pytest.raises(DTypeError, match="float64"):
        mistakes(images / 255, ["a", "b"], ["b", "c"], [0.1, 0.2])
    with pytest.raises(OptionError, match="at least 1"):
        mistakes(images, ["a", "b"], ["b", "c"], [0.1, 0.2], limit=0)
