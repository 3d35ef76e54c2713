"""Contact sheets: pictures in rows with their captions."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.view import contact_sheet

RANDOM = np.random.default_rng(0)


def pixels(content):
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 1), (5, 20, 10, 3)])
def test_every_picture_is_there_in_whole_pixels(shape):
    images = RANDOM.integers(0, 256, shape, np.uint8)
    sheet = pixels(contact_sheet(images, [["a", "b"]] * 5, columns=2))
    by = 96 // max(shape[1:3])
    high = shape[1] * by
    for number, image in enumerate(images.reshape(*shape[:3], -1)):
        top = 8 + number // 2 * (high + 2 * 14 + 8)
        left = 8 + number % 2 * 104
        tile = sheet[top : top + high, left : left + shape[2] * by]
        expected = np.broadcast_to(image, (*image.shape[:2], 3))
        np.testing.assert_array_equal(tile[::by, ::by], expected)


def test_large_pictures_are_shrunk():
    sheet = pixels(contact_sheet(np.full((1, 500, 300, 3), 200, np.uint8), [["x"]]))
    assert sheet.shape[0] <= 8 + 96 + 14 + 8
    assert (sheet[20, 20] == 200).all()


def test_captions_are_written_below_and_cut():
    images = np.full((2, 96, 96), 255, np.uint8)
    plain = pixels(contact_sheet(images, [[""], [""]]))
    assert (plain == 255).all()
    sheet = pixels(contact_sheet(images, [["cat"], ["a" * 400]]))
    assert (sheet[104:118, 8:104] < 200).any()
    assert (sheet[:104] == 255).all()


def test_names_in_any_letters_are_written():
    names = [["кошка", "猫"], ["éß", "\x00\n"]]
    assert contact_sheet(np.zeros((2, 8, 8), np.uint8), names).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("images", "captions", "error"),
    [
        (np.zeros((1, 4, 4)), [["a"]], DTypeError),
        (np.zeros((1, 4, 4, 2), np.uint8), [["a"]], ShapeError),
        (np.zeros((2, 4, 4), np.uint8), [["a"]], ShapeError),
        (np.zeros((0, 4, 4), np.uint8), [], OptionError),
    ],
)
def test_what_makes_no_sheet_is_refused(images, captions, error):
    with pytest.raises(error):
        contact_sheet(images, captions)
