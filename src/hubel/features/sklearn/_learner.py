"""What the transformers share that learn words from images."""

from __future__ import annotations

from typing import Any

from hubel.features._feature import Feature
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn._module import Array
from hubel.nn.estimators._net import seed_of


class LearningTransformer(FeatureTransformer):
    """A transformer whose feature ``fit`` learns; ``makes`` is what learns it.

    It has the parameter ``random_state`` too.

    Attributes
    ----------
    n_iter_ : int
        Iterations of k-means.
    """

    n_iter_: int

    def _learn(self, images: Array) -> Feature:
        """Learn from images; a feature that describes patches gets the range."""
        settings = self._settings()
        seed = seed_of(settings.pop("random_state"))
        if settings.get("describe") is not None:
            settings["describe"] = settings["describe"].replace(range=self.range_)

        def note(done: int, most: int) -> None:
            self.n_iter_ = done

        given: dict[str, Any] = {"range": self.range_, "seed": seed, "progress": note}
        return self.makes(images, **settings, **given)
