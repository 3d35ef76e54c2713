"""Image features as functions, as modules of a net, and for scikit-learn.

A lower-case name is a function of images, ``hue_histogram(images)``; the class of the
same name in capitals is a module, ``nn.Sequential(HueHistogram(), nn.Linear(10, 10))``;
``hubel.features.sklearn`` has both as transformers.
"""

from hubel.features._assign import assign
from hubel.features._color import ColorHistogram, color_histogram
from hubel.features._compute import compute
from hubel.features._cortex import (
    complex_cell,
    modulation,
    preference,
    simple_cell,
    tuning_curve,
)
from hubel.features._dense_sift import DenseSIFT, dense_sift
from hubel.features._dictionary import Dictionary
from hubel.features._feature import Feature
from hubel.features._filter_bank import FilterBank, filter_bank
from hubel.features._filters import (
    gabor_pairs,
    leung_malik,
    schmid,
    varma_zisserman,
)
from hubel.features._gabor import gabor
from hubel.features._gist import GIST, gist
from hubel.features._hog import HOG, hog
from hubel.features._hog_settings import HOGSettings
from hubel.features._hue import HueHistogram, hue_histogram
from hubel.features._keypoints import Keypoints, detect_keypoints
from hubel.features._kmeans import KMeans, kmeans
from hubel.features._lbp import LBP, lbp
from hubel.features._learn import learn_bag_of_words, learn_dictionary
from hubel.features._patches import Contrast, patches
from hubel.features._pool import pool
from hubel.features._sample import sample_patches
from hubel.features._self_similarity import SelfSimilarity, self_similarity
from hubel.features._sift import sift
from hubel.features._stimuli import bar, grating
from hubel.features._textons import Textons, learn_textons
from hubel.features._together import SquareRoot, Together
from hubel.features._whitening import Whitening, whiten
from hubel.features._words import read_features

__all__ = ["GIST", "HOG", "LBP", "ColorHistogram", "Contrast", "DenseSIFT"]
__all__ += ["Dictionary", "Feature", "FilterBank", "HOGSettings", "HueHistogram"]
__all__ += ["KMeans", "Keypoints", "SelfSimilarity", "SquareRoot", "Textons"]
__all__ += ["Together", "Whitening", "assign", "bar", "color_histogram", "complex_cell"]
__all__ += ["compute", "dense_sift", "detect_keypoints", "filter_bank", "gabor"]
__all__ += ["gabor_pairs", "gist", "grating", "hog", "hue_histogram", "kmeans", "lbp"]
__all__ += ["learn_bag_of_words", "learn_dictionary", "learn_textons", "leung_malik"]
__all__ += ["modulation", "patches", "pool", "preference", "read_features"]
__all__ += ["sample_patches", "schmid", "self_similarity", "sift", "simple_cell"]
__all__ += ["tuning_curve", "varma_zisserman", "whiten"]
