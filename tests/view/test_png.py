"""The PNG writer against Pillow's reader."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from hubel.errors import DTypeError, ShapeError
from hubel.streams import stream
from hubel.view import data_uri, png_bytes


@pytest.mark.parametrize(
    ("shape", "mode"),
    [
        ((1, 1), "L"),
        ((5, 7), "L"),
        ((5, 7, 3), "RGB"),
        ((7, 5, 4), "RGBA"),
        ((1, 300, 3), "RGB"),
    ],
)
def test_pillow_reads_back_what_was_written(shape, mode):
    image = stream(0, "test").integers(0, 256, shape, dtype=np.uint8)
    read = Image.open(io.BytesIO(png_bytes(image)))
    read.verify()
    read = Image.open(io.BytesIO(png_bytes(image)))
    assert read.mode == mode
    np.testing.assert_array_equal(np.asarray(read), image)


def test_one_channel_is_grey():
    image = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
    assert png_bytes(image) == png_bytes(image[:, :, 0])


def test_views_and_other_orders_are_read_right():
    image = np.asfortranarray(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))[:, ::-1]
    read = Image.open(io.BytesIO(png_bytes(image)))
    np.testing.assert_array_equal(np.asarray(read), image)


def test_the_address_holds_the_file():
    image = np.full((2, 2, 3), 7, np.uint8)
    head, body = data_uri(image).split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == png_bytes(image)


@pytest.mark.parametrize("shape", [(4,), (3, 4, 2), (2, 3, 4, 3), (0, 3), (3, 8, 8)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ShapeError, match="picture"):
        png_bytes(np.zeros(shape, np.uint8))


def test_other_numbers_are_refused():
    with pytest.raises(DTypeError, match="float64"):
        png_bytes(np.zeros((2, 2)))
