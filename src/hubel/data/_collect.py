"""From packed pictures, wherever they come from, to one array of a sane size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from hubel.data._class_folders import natural, shortened
from hubel.data._picture import Form, Header, Resize, Size, read_picture
from hubel.errors import DataError

Progress = Callable[[int, int], object]
"""Called with how much is done, and of how much."""

_LARGEST_SET = 2**33
_MOST_CLASSES = 100_000
_SIDE = 32
_HELP = (
    'Choose resize="fit" (all of the picture, with a margin), "crop" (the middle) or '
    '"stretch", and the size=, such as 32; on the command line --resize and --size.'
)


def choose_form(
    where: str,
    headers: list[Header],
    *,
    size: int | Size | None,
    resize: Resize,
    channels: int | None,
    background: int,
) -> Form:
    """Return what pictures with these headers are brought to.

    Raises
    ------
    DataError
        If their sizes differ, and nothing is said that would bring them to one.
    """
    if channels is None:
        channels = 1 if all(header.grey for header in headers) else 3
    found = Counter(header.size for header in headers)
    one = _choose_size(where, found, size, resize)
    return Form(size=one, channels=channels, resize=resize, background=background)


def _choose_size(
    where: str, found: Counter[Size], size: int | Size | None, resize: Resize
) -> Size:
    """Return the size that all pictures will have."""
    usual = next(iter(found)) if resize == "error" else _SIDE
    wish = usual if size is None else size
    one = (wish, wish) if isinstance(wish, int) else wish
    if resize != "error" or set(found) == {one}:
        return one
    sizes = (f"{h}x{w} ({count:,})" for (h, w), count in found.most_common())
    wanted = "one size was" if size is None else f"{one[0]}x{one[1]} was"
    raise DataError(
        f"{where}: pictures of {shortened(sizes)} pixels, where {wanted} expected",
        remedy=_HELP,
    )


def read_all(
    where: str,
    count: int,
    pictures: Iterable[tuple[str, bytes]],
    form: Form,
    progress: Progress | None,
) -> NDArray[np.uint8]:
    """Return `count` pictures, each given by its name and its bytes, as one array.

    Raises
    ------
    DataError
        If they would take too much memory, which is known first, or one is damaged.
    """
    shape = (count, *form.size, form.channels)
    if np.prod(shape, dtype=np.float64) > _LARGEST_SET:
        raise DataError(
            f"{where}: {count:,} pictures of {form.size[0]}x{form.size[1]} take more "
            f"than {_LARGEST_SET:,} bytes",
            remedy="Choose a smaller size=.",
        )
    images, done = np.empty(shape, np.uint8), 0
    for name, data in pictures:
        if done == count:
            raise _changed(where, count)
        images[done] = read_picture(data, name, form)
        done += 1
        if progress is not None:
            progress(done, count)
    if done < count:
        raise _changed(where, count)
    return images


def _changed(where: str, count: int) -> DataError:
    """Return the error for files that somebody wrote to between two looks at them."""
    return DataError(f"{where}: had {count:,} pictures, and changed while being read")


def number_labels(
    where: str, words: list[str], names: Iterable[str] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the number of each label, and the names of the classes.

    A label is the name of a class or its number. Without names these are the numbers
    from 0 up, or the labels in natural order where not all are numbers.

    Raises
    ------
    DataError
        If a label is neither a class's name nor its number.
    """
    known = _names(words) if names is None else tuple(names)
    if len(known) > _MOST_CLASSES:
        raise DataError(f"{where}: {len(known):,} classes or more, too many")
    numbers = {str(place): place for place in range(len(known))}
    numbers |= {name: place for place, name in enumerate(known)}
    wrong = sorted({word for word in words if word not in numbers}, key=natural)
    if wrong:
        raise DataError(
            f"{where}: labels that are none of the {len(known):,} classes: "
            f"{shortened(repr(word[:40]) for word in wrong)}",
            remedy="Give the names of all classes with class_names=.",
        )
    return np.array([numbers[word] for word in words], np.int64), known


def _names(words: list[str]) -> tuple[str, ...]:
    """Return the names that labels mean where nobody says them."""
    if all(word.isdecimal() and len(word) <= 9 for word in words):
        most = max((int(word) for word in words), default=-1)
        return tuple(str(number) for number in range(min(most, _MOST_CLASSES) + 1))
    return tuple(sorted(set(words), key=natural))
