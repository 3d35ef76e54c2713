"""Features as transformers of scikit-learn; imported when one is first asked for."""

from hubel.features.sklearn._color import ColorHistogramTransformer
from hubel.features.sklearn._dense_sift import DenseSIFTTransformer
from hubel.features.sklearn._dictionary import (
    BagOfWordsTransformer,
    DictionaryTransformer,
)
from hubel.features.sklearn._filter_bank import FilterBankTransformer
from hubel.features.sklearn._gist import GISTTransformer
from hubel.features.sklearn._hog import HOGTransformer
from hubel.features.sklearn._hue import HueHistogramTransformer
from hubel.features.sklearn._lbp import LBPTransformer
from hubel.features.sklearn._self_similarity import SelfSimilarityTransformer
from hubel.features.sklearn._textons import TextonsTransformer
from hubel.features.sklearn._transformer import FeatureTransformer

__all__ = ["BagOfWordsTransformer", "ColorHistogramTransformer"]
__all__ += ["DenseSIFTTransformer", "DictionaryTransformer", "FeatureTransformer"]
__all__ += ["FilterBankTransformer", "GISTTransformer", "HOGTransformer"]
__all__ += ["HueHistogramTransformer", "LBPTransformer"]
__all__ += ["SelfSimilarityTransformer", "TextonsTransformer"]
