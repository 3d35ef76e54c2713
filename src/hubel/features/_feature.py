"""A feature: a module that turns images into rows of numbers."""

from __future__ import annotations

from typing import Any

from hubel.features._batches import default_size, in_batches
from hubel.features._images import Range, as_images
from hubel.graph.term import Term
from hubel.nn._module import Module, static
from hubel.tracing.tree import flatten


class Feature(Module):
    """A module of images; a subclass says in :meth:`compose` what it computes.

    Inside a transform or a compiled function it is a composition of gates. Called with
    plain arrays, it runs as a compiled plan, some images at a time.

    Attributes
    ----------
    range : tuple of float
        What black and white are in images of floats.
    """

    range: Range = static()

    def compose(self, images: Any) -> Any:
        """Compute the feature of images (n, h, w, c), uint8 or floats, in NumPy.

        The result has one row of floats for each image: float64 for float64, else
        float32.
        """
        raise NotImplementedError(f"{type(self).__name__} has no compose")

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images of shape (n, h, w, c) are best computed at once."""
        return default_size(shape)

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map images of shape (n, height, width, channels) to (n, d).

        Parameters
        ----------
        x : array
            uint8, or floats of the range; (n, height, width) for grey images.
        key : array, optional
            Of no use here: a feature draws no random numbers.
        """
        images = as_images(x)
        if any(isinstance(leaf, Term) for leaf in flatten((self, images))[0]):
            return self.compose(images)
        return in_batches(self, images)
