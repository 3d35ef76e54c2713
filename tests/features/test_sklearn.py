"""The transformers: scikit-learn's own checks, and pipelines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from hubel.errors import ShapeError
from hubel.features import HOG, hue_histogram, learn_dictionary
from hubel.features.sklearn import (
    BagOfWordsTransformer,
    ColorHistogramTransformer,
    DenseSIFTTransformer,
    DictionaryTransformer,
    FilterBankTransformer,
    GISTTransformer,
    HOGTransformer,
    HueHistogramTransformer,
    LBPTransformer,
    SelfSimilarityTransformer,
    TextonsTransformer,
)
from hubel.nn.estimators import LinearClassifier

CHECKED = [
    ColorHistogramTransformer(),
    ColorHistogramTransformer(3, "soft"),
    HueHistogramTransformer(),
    HueHistogramTransformer(5, "soft", "value"),
    HOGTransformer(cell=1),
    HOGTransformer("skimage", bins=4, cell=1, block=1),
    FilterBankTransformer(scale=0.3, grid=1),
    LBPTransformer(),
    LBPTransformer("ror", points=4),
    DenseSIFTTransformer(cell=1),
    GISTTransformer((2,), grid=1),
    SelfSimilarityTransformer(radius=2, patch=3),
    TextonsTransformer(2, scale=0.3, random_state=0),
    DictionaryTransformer(2, size=1, grid=1, random_state=0),
    BagOfWordsTransformer(2, size=1, describe=HOG(cell=1), random_state=0),
]
IMAGES = np.random.default_rng(3).integers(0, 256, (30, 8, 8, 3)).astype(np.uint8)


@pytest.fixture(autouse=True)
def _on_numpy(monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")


# scikit-learn before 1.6 gives a generator, which pytest warns of.
CHECKS = parametrize_with_checks(CHECKED)
PAIRS = list(CHECKS.args[1])
SWITCHED = [pair for pair in PAIRS if "array_api" in str(pair[1])]
"""Checks that skip themselves unless a variable is set when SciPy is imported."""


@pytest.mark.parametrize(
    CHECKS.args[0], [p for p in PAIRS if p not in SWITCHED], **CHECKS.kwargs
)
def test_check_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.skipif(not SWITCHED, reason="this scikit-learn has no such checks")
def test_checks_that_need_a_switch_of_scipy():
    code = """
from tests.features.test_sklearn import SWITCHED
for estimator, check in SWITCHED:
    check(estimator)
print(len(SWITCHED), "checks")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == f"{len(CHECKED)} checks\n", done.stderr


def test_a_transformer_is_the_function_on_rows_and_on_images():
    expected = hue_histogram(IMAGES, 7)
    rows = IMAGES.reshape(30, -1)
    model = HueHistogramTransformer(7).fit(rows)
    assert model.image_shape_ == (8, 8, 3)
    assert model.range_ == (0, 255)
    np.testing.assert_array_equal(model.transform(rows), expected)
    np.testing.assert_array_equal(model.transform(IMAGES), expected)
    assert model.get_feature_names_out()[6] == "huehistogramtransformer6"


def test_floats_have_the_range_that_fit_saw():
    floats = IMAGES / np.float32(255) * 3 - 1
    model = HueHistogramTransformer(7, weight="value").fit(floats)
    expected = hue_histogram(IMAGES, 7, weight="value")
    np.testing.assert_allclose(
        model.transform(floats).sum(1), expected.sum(1), rtol=1e-4
    )


def test_it_stands_in_a_pipeline():
    labels = np.arange(30) % 2
    images = IMAGES.copy()
    images[labels == 1, :, :, 0] = 255
    model = make_pipeline(
        HueHistogramTransformer(), LinearClassifier(random_state=0, max_iter=30)
    )
    assert model.fit(images.reshape(30, -1), labels).score(images, labels) > 0.9


def test_a_shape_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="image_shape"):
        HueHistogramTransformer(image_shape=(8, 8)).fit(IMAGES)


def test_a_learned_dictionary_is_the_functions():
    model = DictionaryTransformer(4, size=3, max_iter=3, random_state=7).fit(IMAGES)
    expected = learn_dictionary(IMAGES, 4, size=3, max_iter=3, seed=7)
    np.testing.assert_array_equal(model.feature_.codebook, expected.codebook)
    np.testing.assert_array_equal(model.transform(IMAGES), expected(IMAGES))
    assert model.n_iter_ == 3
    floats = IMAGES / np.float32(255)
    found = DictionaryTransformer(4, size=3, max_iter=3, random_state=7).fit(floats)
    assert found.feature_.range == found.range_
    # The same patches, but for what rounding makes of black and white.
    np.testing.assert_allclose(found.transform(floats), model.transform(IMAGES), 0.05)
