"""Augmentation as a setting: which changes, how strong, in a few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from numpy.typing import ArrayLike, NDArray

from hubel.data._augment import augment
from hubel.errors import OptionError

_SHARE = 8
"""A shift is by an eighth of the smaller side where nothing is said: 4 of 32 pixels."""
_COLOR = 0.2


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Changes to make in each epoch; what `nn.fit` takes as ``augment=``.

    Parameters
    ----------
    flip : bool
        Mirror every second picture on average, as `augment` does.
    shift : int, optional
        By up to so many pixels; 0 for not at all, None for an eighth of the smaller
        side.
    color : float
        From 0 up to 1: spread of brightness, contrast and saturation alike.

    Raises
    ------
    OptionError
        If a number is out of its range.

    Examples
    --------
    >>> change = Augmentation.of("flip,color=0.3")
    >>> change
    Augmentation(flip=True, shift=0, color=0.3)
    >>> import numpy as np
    >>> images = np.zeros((2, 8, 8, 3), np.uint8)
    >>> change(images, [0, 1], seed=0, epoch=1).shape
    (2, 8, 8, 3)
    """

    flip: bool = False
    shift: int | None = 0
    color: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers that need no picture."""
        if self.shift is not None and self.shift < 0:
            raise OptionError(f"a shift by up to {self.shift} pixels")
        if not 0 <= self.color < 1:
            raise OptionError(f"color must be from 0 up to 1, not {self.color}")

    @classmethod
    def of(cls, words: str) -> Augmentation:
        """Read ``"flip,shift,color"``; ``shift=2`` and ``color=0.3`` say how much.

        Raises
        ------
        OptionError
            If a word is none of these three, or its number is not one.
        """
        chosen: dict[str, Any] = {}
        for word in words.split(","):
            name, _, value = (part.strip() for part in word.partition("="))
            if name not in _READ or name in chosen:
                raise _refused(words)
            try:
                chosen[name] = _READ[name](value)
            except ValueError:
                raise _refused(words) from None
        return cls(**chosen)

    def __str__(self) -> str:
        """Write this as `of` reads it."""
        said = {name: _written(name, value) for name, value in asdict(self).items()}
        return ",".join(word for word in said.values() if word)

    def __call__(
        self, images: NDArray[Any], indices: ArrayLike, *, seed: int, epoch: int
    ) -> NDArray[Any]:
        """Return the pictures of a batch as they are in an epoch; see `augment`."""
        shift = self.shift
        return augment(
            images,
            indices,
            seed=seed,
            epoch=epoch,
            flip=self.flip,
            crop=max(1, min(images.shape[1:3]) // _SHARE) if shift is None else shift,
            brightness=self.color,
            contrast=self.color,
            saturation=self.color,
        )


def _read_flip(value: str) -> bool:
    if value:
        raise ValueError
    return True


_READ: dict[str, Callable[[str], Any]] = {
    "flip": _read_flip,
    "shift": lambda value: int(value) if value else None,
    "color": lambda value: float(value) if value else _COLOR,
}
"""By its word, what a change's value becomes."""


def _written(name: str, value: Any) -> str:
    """Write a change as `Augmentation.of` reads it; nothing for one not made."""
    if value is True or value is None:
        return name
    return f"{name}={value:g}" if value else ""


def _refused(words: str) -> OptionError:
    return OptionError(
        f"{words!r} says no augmentation",
        remedy="Give some of flip, shift, color, such as flip,shift or "
        "flip,shift=2,color=0.3.",
    )
