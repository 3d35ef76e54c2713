"""Features as words, and several of them side by side."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel import features
from hubel.errors import OptionError, ShapeError
from hubel.features._words import ALL, KINDS, options_of
from hubel.streams import stream

IMAGES = stream(0, "words").integers(0, 256, (5, 16, 24, 3), dtype=np.uint8)


def test_words_mean_what_the_functions_do():
    words = "hog:preset=skimage, block=2 + hue:bins=20,weight=saturation +color+lbp"
    expected = [
        features.hog(IMAGES, "skimage", block=2),
        features.hue_histogram(IMAGES, 20, weight="saturation"),
        features.color_histogram(IMAGES),
        features.lbp(IMAGES),
    ]
    together = features.read_features(words)
    rows = np.concatenate(expected, axis=1)
    np.testing.assert_allclose(together(IMAGES), rows, rtol=1e-5, atol=1e-6)
    assert together.widths((16, 24, 3)) == tuple(e.shape[1] for e in expected)


def test_bytes_and_floats_up_to_255_are_the_same():
    together = features.read_features("hog+hue", range=(0, 255))
    floats = together(IMAGES.astype(np.float32))
    np.testing.assert_allclose(floats, together(IMAGES), rtol=1e-5, atol=1e-3)


def test_square_roots():
    plain = features.hog(IMAGES)
    np.testing.assert_allclose(
        features.read_features("hog:sqrt")(IMAGES), np.sqrt(plain), rtol=1e-6
    )
    np.testing.assert_array_equal(features.read_features("hog:sqrt=no")(IMAGES), plain)


def test_square_roots_of_nothing_have_the_gradient_0():
    even = np.full((1, 8, 8, 3), 0.5)
    root = features.SquareRoot(features.HOG())
    assert not hb.grad(lambda x: root(x).sum())(even).any()
    image = stream(1, "words").random((1, 8, 8, 3))
    hb.check_grads(lambda x: root(x).sum(), (image,))


def test_all_are_many():
    assert features.read_features("all").widths((32, 32, 3)) == (
        144,
        324,
        1764,
        256,
        236,
        40,
    )
    assert {part.partition(":")[0] for part in ALL.split("+")} == {*KINDS} - {"sift"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_type_that_is_read(kind: str):
    for option, hint in options_of(kind).items():
        with pytest.raises(OptionError, match=f"{kind}:{option}=@"):
            features.read_features(f"{kind}:{option}=@")
        assert hint is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "'' is none of the features"),
        ("hog+", "'' is none of the features"),
        ("all+hog", "'all' is none"),
        ("hgo", "hog, hue, color, lbp, sift"),
        ("hog:", "'' is none of its options"),
        ("hog:bin=3", "'bin' is none of its options"),
        ("hog:range=3", "'range' is none of its options"),
        ("hog:bins=3,bins=4", "'bins' is there twice"),
        ("hog:bins=3.5", "whole number"),
        ("hog:bins=1_0", "whole number"),
        ("hog:bins=999999", "whole number"),
        ("hog:eps=nan", "Give a number"),
        ("hog:root=3", "yes or no"),
        ("hog:norm=L3", "one of L1, L1-sqrt"),
        ("hog:bins=1", "bins=1"),
        ("hue:bins=0", "0 bins"),
    ],
)
def test_other_words_are_refused(words: str, said: str):
    with pytest.raises(OptionError) as refused:
        features.read_features(words)
    assert said in str(refused.value)


def test_values_that_are_nothing():
    together = features.read_features("hog:window=none,norm=none,signed")
    assert repr(together) == "Together(HOG(signed=True))"


def test_features_of_different_ranges_do_not_go_together():
    with pytest.raises(OptionError, match="2 features"):
        features.Together(features.HOG(), features.HueHistogram(range=(0, 255)))
    with pytest.raises(OptionError, match="0 features"):
        features.Together()


def test_images_without_room_are_refused_before_anything_is_computed():
    with pytest.raises(ShapeError):
        features.read_features("hog").widths((4, 4, 3))
