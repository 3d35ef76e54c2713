"""Examples with their labels: the one value type of every reader and generator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.streams import permutation


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Examples and their labels, in one fixed order.

    Parameters
    ----------
    images : numpy.ndarray
        Images, uint8 of shape (n, height, width, channels) with values 0 to 255, or
        points, floating of shape (n, d). Kept as a read-only view, not copied.
    labels : numpy.ndarray
        Class of each example, integer of shape (n,), from 0 to
        ``len(class_names) - 1``; kept as read-only int64.
    class_names : tuple of str
        Name of each class, in the order of the labels.
    name : str
        What this is, such as ``"cifar10 test"``.
    notices : tuple of str
        What a user should know about the source, such as a count that is not the
        official one; a sentence each.

    Raises
    ------
    ShapeError
        If the shapes are not the above, or the counts differ.
    DTypeError
        If the dtypes are not the above.
    OptionError
        If a label is not the number of a class.

    Examples
    --------
    >>> data = Dataset(
    ...     np.zeros((6, 2, 2, 3), np.uint8),
    ...     np.arange(6) % 2,
    ...     class_names=("even", "odd"),
    ...     name="toy",
    ... )
    >>> data
    <Dataset 'toy': 6 examples, 2x2x3 uint8, 2 classes>
    >>> train, validation = data.split(2, seed=0)
    >>> len(train), len(validation)
    (4, 2)
    """

    images: NDArray[Any]
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    name: str
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the fields against each other and make both arrays read-only."""
        _check_images(self.images)
        _check_labels(self.labels, len(self.images), len(self.class_names))
        labels = self.labels.astype(np.int64, copy=False)
        object.__setattr__(self, "images", _read_only(self.images))
        object.__setattr__(self, "labels", _read_only(labels))

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.images)

    def __repr__(self) -> str:
        """Return one line with the name, the count and the shape."""
        shape = "x".join(str(size) for size in self.images.shape[1:])
        return (
            f"<Dataset {self.name!r}: {len(self):,} examples, "
            f"{shape} {self.images.dtype}, {len(self.class_names)} classes>"
        )

    def __getitem__(self, part: slice) -> Dataset:
        """Return the examples of a slice, as a data set on the same memory.

        Raises
        ------
        OptionError
            If `part` is not a slice; `subset` takes indices.
        """
        if not isinstance(part, slice):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise OptionError(
                f"a Dataset takes a slice, not {type(part).__name__}",
                remedy="Write data[10:20], data.subset([3, 1, 4]) or data.images[3].",
            )
        return replace(self, images=self.images[part], labels=self.labels[part])

    def subset(self, indices: ArrayLike) -> Dataset:
        """Return the examples at the given indices, in the order of the indices.

        Parameters
        ----------
        indices : array_like
            Whole numbers of shape (m,) from 0 to ``len(self) - 1``; one may occur
            many times.

        Returns
        -------
        Dataset
            A copy of these m examples.

        Raises
        ------
        OptionError
            If the indices are not of that kind.

        Examples
        --------
        >>> points = Dataset(np.eye(3), np.arange(3), ("a", "b", "c"), "toy")
        >>> points.subset([2, 0]).labels.tolist()
        [2, 0]
        """
        chosen = np.asarray(indices)
        if chosen.size == 0:
            chosen = chosen.astype(np.int64)
        if chosen.ndim != 1 or chosen.dtype.kind not in "iu":
            raise OptionError(
                "subset takes whole numbers in one dimension, not "
                f"{chosen.dtype} of shape {chosen.shape}",
                remedy="For a mask use data.subset(np.flatnonzero(mask)).",
            )
        if chosen.size and not 0 <= chosen.min() <= chosen.max() < len(self):
            raise OptionError(
                f"subset of {len(self):,} examples takes indices from 0 to "
                f"{len(self) - 1}, not {chosen.min()} to {chosen.max()}"
            )
        return replace(self, images=self.images[chosen], labels=self.labels[chosen])

    def split(self, count: int, seed: int) -> tuple[Dataset, Dataset]:
        """Return all but `count` examples for training and `count` for validation.

        Parameters
        ----------
        count : int
            Size of the second part, from 0 to ``len(self)``.
        seed : int
            Decides, with the length alone, which examples go there.

        Returns
        -------
        train, validation : Dataset
            Copies; each keeps the order that its examples had.

        Raises
        ------
        OptionError
            If `count` is out of range.

        Examples
        --------
        >>> data = Dataset(np.eye(5), np.arange(5), tuple("abcde"), "toy")
        >>> [sorted(part.labels.tolist()) for part in data.split(0, seed=1)]
        [[0, 1, 2, 3, 4], []]
        """
        if not 0 <= count <= len(self):
            raise OptionError(
                f"cannot set {count:,} of {len(self):,} examples aside",
                remedy=f"Give a count from 0 to {len(self):,}.",
            )
        order = permutation(len(self), seed, "split")
        rest, aside = np.sort(order[count:]), np.sort(order[:count])
        return self.subset(rest), self.subset(aside)


def _check_images(images: NDArray[Any]) -> None:
    """Refuse what is neither uint8 (n, h, w, c) nor floating (n, d)."""
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise DTypeError(
            f"images must be uint8, or points floating, not {images.dtype}",
            remedy="Convert with images.astype(np.uint8).",
        )
    dimensions = 4 if images.dtype == np.uint8 else 2
    if images.ndim != dimensions:
        raise ShapeError(
            f"images of shape {images.shape} and dtype {images.dtype}: needed are "
            "uint8 (n, height, width, channels) or floating (n, d)"
        )


def _check_labels(labels: NDArray[Any], count: int, classes: int) -> None:
    """Refuse labels that are not `count` whole numbers below `classes`."""
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"labels must be whole numbers, not {labels.dtype}")
    if labels.shape != (count,):
        raise ShapeError(
            f"{count:,} images need labels of shape ({count},), not {labels.shape}"
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise OptionError(
            f"labels from {labels.min()} to {labels.max()} do not fit the "
            f"{classes} class names, which number 0 to {classes - 1}"
        )


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view that nobody can write through."""
    view = array.view()
    view.flags.writeable = False
    return view
