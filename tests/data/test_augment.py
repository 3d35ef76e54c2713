"""Augmentation: one picture, one fate, whatever the batch; and the right statistics."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from hubel.data import augment, tenshapes
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.view import png_bytes

ALL = {"seed": 3, "epoch": 2, "brightness": 0.4, "contrast": 0.4, "saturation": 0.4}


def noise(count: int = 40, channels: int = 3, dtype=np.uint8) -> np.ndarray:
    """Return pictures of noise."""
    images = np.random.default_rng(0).integers(1, 256, (count, 12, 10, channels))
    return images.astype(dtype)


def slow(image: np.ndarray, index: int, crop: int, levels: tuple[float, ...]):
    """Augment one picture the obvious way, from the same random words."""
    from hubel.streams import stream

    word, *rest = stream(3, "augment", 2).bit_generator.random_raw(4 * index + 4)[-4:]
    down = (int(word) >> 32 & 2**31 - 1) * (2 * crop + 1) >> 31
    right = (int(word) >> 1 & 2**31 - 1) * (2 * crop + 1) >> 31
    padded = np.pad(image, ((crop, crop), (crop, crop), (0, 0)))
    moved = padded[down : down + image.shape[0], right : right + image.shape[1]]
    x = moved[:, ::-1].astype(np.float64) if int(word) & 1 else moved.astype(np.float64)
    b, c, s = (
        1 + level * (2 * (int(w) >> 11) / 2**53 - 1)
        for w, level in zip(rest, levels, strict=True)
    )
    x = x * b
    mean = (x @ [0.299, 0.587, 0.114]).mean()
    x = mean + c * (x - mean)
    grey = (x @ [0.299, 0.587, 0.114])[..., None]
    return grey + s * (x - grey)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_it_is_what_one_picture_at_a_time_gives(dtype):
    images = noise(dtype=dtype)
    result = augment(images, range(5, 45), **ALL, crop=3)
    assert result.dtype == dtype
    for place, image in enumerate(images):
        want = slow(image, place + 5, 3, (0.4, 0.4, 0.4))
        if dtype == np.uint8:
            error = np.abs(result[place] - want.clip(0, 255)).max()
            assert error <= 0.5 + 1e-3
        else:
            np.testing.assert_allclose(result[place], want, atol=1e-3)


def test_a_picture_does_not_depend_on_its_batch():
    images = noise()
    whole = augment(images, np.arange(40), **ALL)
    for chosen in ([7], [39, 0, 17, 17, 18], list(range(39, -1, -1)), []):
        part = augment(images[chosen], chosen, **ALL)
        np.testing.assert_array_equal(part, whole[chosen])


def test_seeds_epochs_and_indices_differ():
    image = np.repeat(noise(1), 8, axis=0)
    base = augment(image, range(8), seed=0, epoch=0, brightness=0.5)
    assert len({picture.tobytes() for picture in base}) == 8
    for seed, epoch in ((1, 0), (0, 1)):
        other = augment(image, range(8), seed=seed, epoch=epoch, brightness=0.5)
        assert (other != base).any(axis=(1, 2, 3)).all()


def test_half_are_mirrored_and_shifts_are_uniform():
    count, crop = 20_000, 2
    images = np.zeros((count, 5, 5, 1), np.uint8)
    images[:, 2, 2] = 1
    moved = augment(images, range(count), seed=0, epoch=0, flip=False, crop=crop)
    places = moved.sum(axis=0)[..., 0]
    assert places.sum() == count  # the dot never leaves the picture
    expected = count / 25
    chi2 = ((places - expected) ** 2 / expected).sum()
    assert chi2 < 60  # 24 degrees of freedom: 1 in 10,000 above 59
    images[...] = np.arange(5, dtype=np.uint8)[:, None]
    mirrored = augment(images, range(count), seed=0, epoch=0, crop=0)[:, 0, 0, 0] == 4
    assert abs(mirrored.mean() - 0.5) < 4 * 0.5 / np.sqrt(count)


def test_factors_are_uniform():
    images = np.ones((5_000, 1, 1, 1))
    bright = augment(images, range(5_000), seed=0, epoch=0, crop=0, brightness=0.3)
    levels = np.sort(bright.ravel())
    assert 0.7 <= levels[0]
    assert levels[-1] <= 1.3
    uniform = np.linspace(0.7, 1.3, 5_000)
    assert np.abs(levels - uniform).max() < 0.6 * 2 / np.sqrt(5_000)


def test_nothing_asked_for_changes_nothing_but_gives_a_new_array():
    images = noise(channels=1)
    same = augment(images, range(40), seed=0, epoch=0, flip=False, crop=0)
    np.testing.assert_array_equal(same, images)
    assert not np.shares_memory(same, images)


def test_grey_pictures_have_no_saturation():
    images = noise(channels=1)
    plain = {"seed": 0, "epoch": 0, "contrast": 0.5}
    np.testing.assert_array_equal(
        augment(images, range(40), **plain, saturation=0.9),
        augment(images, range(40), **plain),
    )


def test_margins_have_the_fill():
    images = np.full((50, 4, 4, 3), 9, np.uint8)
    moved = augment(images, range(50), seed=0, epoch=0, crop=2, fill=200)
    assert set(np.unique(moved)) == {9, 200}


def test_a_contact_sheet_shows_what_training_sees():
    image = np.repeat(tenshapes(1, 0)[0].images, 24, axis=0)
    variants = augment(image, range(24), **ALL)
    sheet = variants.reshape(4, 6, 32, 32, 3).swapaxes(1, 2).reshape(128, 192, 3)
    with Image.open(io.BytesIO(png_bytes(sheet))) as picture:
        shown = np.asarray(picture)
    np.testing.assert_array_equal(shown[32:64, 64:96], variants[8])
    assert len({variant.tobytes() for variant in variants}) == 24


@pytest.mark.parametrize(
    ("images", "indices", "options", "error"),
    [
        (noise(2).astype(np.int32), [0, 1], {}, DTypeError),
        (noise(2)[0], [0, 1], {}, ShapeError),
        (noise(2), [0], {}, ShapeError),
        (noise(2)[:, :0], [0, 1], {}, ShapeError),
        (noise(2), [0, -1], {}, OptionError),
        (noise(2), [0.0, 1.0], {}, OptionError),
        (noise(2), [0, 1], {"crop": 11}, OptionError),
        (noise(2), [0, 1], {"crop": -1}, OptionError),
        (noise(2), [0, 1], {"brightness": 1.0}, OptionError),
        (noise(2), [0, 1], {"contrast": float("nan")}, OptionError),
    ],
)
def test_what_is_no_batch_is_refused(images, indices, options, error):
    with pytest.raises(error):
        augment(images, indices, seed=0, epoch=0, **options)
