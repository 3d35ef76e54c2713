"""The kinds of values that options take, from text."""

from __future__ import annotations

import math
import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable
from pathlib import Path

from hubel.cli._parser import suggest
from hubel.data import Augmentation
from hubel.errors import OptionError
from hubel.features import read_features


def name_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return a reader of one of these names, a dash for an underscore."""
    names = tuple(known)

    def read(text: str) -> str:
        name = text.replace("-", "_")
        if name not in names:
            raise ArgumentTypeError(
                f"{text!r} is none of {listed(names)}"
                f"{suggest(text, listed(names).split(', '))}"
            )
        return name

    return read


def data_of(known: Iterable[str]) -> Callable[[str], str | Path]:
    """Return a reader of one of these names, or of the path of a folder."""
    names = tuple(known)

    def read(text: str) -> str | Path:
        if text in names:
            return text
        if Path(text).is_dir() or "/" in text or os.sep in text:
            return Path(text)
        try:
            return name_of(names)(text)
        except ArgumentTypeError as error:
            raise ArgumentTypeError(f"{error}; nor is it a folder") from None

    return read


def listed(names: Iterable[str]) -> str:
    """Write names as they are typed.

    Examples
    --------
    >>> listed(["relu", "leaky_relu"])
    'relu, leaky-relu'
    """
    return ", ".join(name.replace("_", "-") for name in names)


def augmentation(text: str) -> str:
    """Read changes of pictures, which stay the words that they are."""
    try:
        return str(Augmentation.of(text))
    except OptionError as error:
        raise ArgumentTypeError(f"{error.problem}. {error.remedy}") from None


def features(text: str) -> str:
    """Read features of images, which stay the words that they are."""
    try:
        read_features(text)
    except OptionError as error:
        said = f"{error.problem}. {error.remedy}" if error.remedy else error.problem
        raise ArgumentTypeError(said) from None
    return text


def whole(least: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `least`."""

    def read(text: str) -> int:
        digits = text.replace(",", "").replace("_", "")
        if not digits.isdecimal() or len(digits) > 18 or int(digits) < least:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least}")
        return int(digits)

    return read


def number(least: float, below: float = math.inf) -> Callable[[str], float]:
    """Return a reader of numbers from `least` up to, not including, `below`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value < below:
            limit = f" and below {below:g}" if below < math.inf else ""
            raise ArgumentTypeError(f"{text!r} is not a number from {least:g}{limit}")
        return value

    return read


def widths(text: str) -> tuple[int, ...]:
    """Read the numbers of neurons of the hidden layers.

    Examples
    --------
    >>> widths("512,256"), widths("none")
    ((512, 256), ())
    """
    if text.strip().lower() in ("none", "0", ""):
        return ()
    try:
        return tuple(
            whole(1)(part.strip()) for part in text.replace("-", ",").split(",")
        )
    except ArgumentTypeError:
        raise ArgumentTypeError(
            f"{text!r} is not the numbers of neurons of the hidden layers, such as 100 "
            "or 512,256, or none for a linear classifier"
        ) from None
