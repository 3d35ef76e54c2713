"""`hubel predict`: what a trained net takes pictures for."""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hubel.cli._counter import Counter
from hubel.cli._parser import Parser
from hubel.cli._values import whole
from hubel.cli._words import percent
from hubel.data import Resize, find_pictures
from hubel.errors import DataError, OptionError
from hubel.experiments import Guess, Model, load
from hubel.experiments._atomic import write_whole

_STORY = """\
Tell what a trained net takes pictures for: the class with its probability, and those
that come next. PNG and JPEG files are taken, and folders with such files in and below
them.

A picture that cannot be read is a line on standard error (with --json, a line with
"error"); the others go on, and the exit code is 1 at the end.
"""

_EXAMPLES = """\
examples:
  hubel predict runs/tenshapes-1 cat.png dog.jpg
  hubel predict runs/pets-1 holiday/ --resize crop --json > found.jsonl
  hubel predict runs/pets-1 holiday/ --show sheet.png
"""

_AT_ONCE, _BYTES = 256, 2**28
"""At most so many pictures, and about so many bytes of them, are in memory at once."""
_MOST_SHOWN = 200


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="tell what a trained net takes pictures for",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s RUN FILES... [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("folder", metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "files", nargs="+", type=_file, metavar="FILES", help="pictures, or folders"
    )
    parser.add_argument(
        "--best",
        action="store_true",
        help="the net of the best validation accuracy, not the last one",
    )
    parser.add_argument(
        "--resize",
        choices=get_args(Resize),
        help="pictures of another size: fit shows all of them with a margin, crop "
        "their middle, stretch bends them, error refuses them (default: as in the "
        "training)",
    )
    parser.add_argument(
        "--top", type=whole(1), default=5, metavar="N", help="classes to tell (5)"
    )
    parser.add_argument(
        "--show",
        metavar="SHEET",
        help=f"write a PNG with the first {_MOST_SHOWN} pictures as the net sees them, "
        "and their classes",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a picture"
    )


def _file(word: str) -> Path:
    """Refuse what would mean standard input elsewhere."""
    if word == "-":
        raise ArgumentTypeError(
            "- is standard input, which is not read: give files or folders "
            "(./- for a file of that name)"
        )
    return Path(word)


def run(options: Namespace) -> int:
    """Predict as the options say; return the exit code."""
    if options.show and not options.show.lower().endswith(".png"):
        raise OptionError(
            f"--show {options.show}: a sheet is a PNG",
            remedy="Give a name that ends in .png.",
        )
    model = load(options.folder, best=options.best)
    teller = _Teller(model, options)
    files = list(_listed(options.files, teller))
    step = _at_once(model, _AT_ONCE)
    with Counter("pictures", len(files)) as counter:
        for start in range(0, len(files), step):
            teller.tell(files[start : start + step], counter)
    teller.close()
    return 1 if teller.failed else 0


def _at_once(model: Model, most: int) -> int:
    """Return how many pictures of a model's size may be in memory."""
    return max(1, min(most, _BYTES // math.prod(model.image_shape)))


def _listed(places: list[Path], teller: _Teller) -> Iterator[Path]:
    """Give every file, and tell of folders that have none."""
    for place in places:
        try:
            found = find_pictures(place)
        except DataError as error:
            teller.refuse(place, error)
            continue
        if not found:
            teller.refuse(place, DataError(f"{place}: no PNG or JPEG pictures in it"))
        yield from found


class _Teller:
    """Reads pictures, prints what they are taken for, and keeps some for the sheet."""

    def __init__(self, model: Model, options: Namespace) -> None:
        self._model, self._options = model, options
        self._shown: list[np.ndarray[Any, Any]] = []
        self._captions: list[list[str]] = []
        self.failed = 0

    def tell(self, files: list[Path], counter: Counter) -> None:
        """Print a line for each file, in their order."""
        images: dict[int, np.ndarray[Any, Any]] = {}
        errors: dict[int, DataError] = {}
        for place, file in enumerate(files):
            try:
                images[place] = self._model.read(file, resize=self._options.resize)
            except DataError as error:
                errors[place] = error
            counter.move()
        counter.clear()
        several = np.array([*images.values()])
        found = self._model.top(several, self._options.top) if images else []
        guesses = dict(zip(images, found, strict=True))
        for place, file in enumerate(files):
            if place in errors:
                self.refuse(file, errors[place])
            else:
                self._print(file, guesses[place])
                self._keep(images[place], guesses[place])

    def refuse(self, file: Path, error: DataError) -> None:
        """Tell why a file is left out."""
        self.failed += 1
        if self._options.json:
            _print_json({"file": str(file), "error": error.problem})
        else:
            sys.stdout.flush()
            said = f"{error.problem}. {error.remedy}" if error.remedy else error.problem
            print(f"hubel: {said}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Write the sheet, if one is wished and there is a picture for it."""
        if not self._options.show or not self._shown:
            return
        from hubel.view import contact_sheet

        sheet = contact_sheet(np.array(self._shown), self._captions)
        write_whole(Path(self._options.show), sheet)
        if not self._options.json:
            print(f"sheet: {self._options.show}")

    def _print(self, file: Path, guesses: tuple[Guess, ...]) -> None:
        if self._options.json:
            told = [_as_json(guess) for guess in guesses]
            _print_json({"file": str(file), **told[0], "top": told})
            return
        first, *others = [f"{guess.name} {_measure(guess)}" for guess in guesses]
        rest = f"  ({', '.join(others)})" if others else ""
        print(f"{file}: {first}{rest}")

    def _keep(self, image: np.ndarray[Any, Any], guesses: tuple[Guess, ...]) -> None:
        """Keep a picture for the sheet, as far as there is room."""
        room = _at_once(self._model, _MOST_SHOWN)
        if self._options.show and len(self._shown) < room:
            self._shown.append(image)
            self._captions.append([guesses[0].name, _measure(guesses[0])])


def _measure(guess: Guess) -> str:
    """Write a probability, or a score where there is none."""
    if guess.probability is None:
        return f"{guess.score:.3g}"
    return percent(guess.probability)


def _as_json(guess: Guess) -> dict[str, Any]:
    told = asdict(guess)
    return {"class": told.pop("name"), **told}


def _print_json(values: dict[str, Any]) -> None:
    print(json.dumps(values, allow_nan=False), flush=True)
