"""The lecture's two ways: features and a classifier, or everything trained together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from hubel.errors import TrainingError
from hubel.experiments.comparing._dictionary import (
    DictionarySettings,
    read_filters,
    train_dictionary,
)
from hubel.experiments.comparing._experiment import Members
from hubel.experiments.comparing._images import LOST, ImageExperiment, Variants
from hubel.experiments.comparing._members import Job, Member, Pulse
from hubel.experiments.comparing._parts import (
    accuracy_section,
    learning_section,
    nets_section,
    numbers,
    settings_section,
)
from hubel.experiments.comparing._spread import is_above
from hubel.view import Markup, Section, curves, filters

FROZEN = "dictionary, linear"
LONGER = "dictionary, linear, more epochs"
UNFROZEN = "dictionary, end to end"
_WORDS = ("hog+hue", "features")
_EFFORT = 8.0
"""Of learning and training a dictionary, beside a small net on pixels."""


class Features(ImageExperiment):
    """Pixels, features made by hand, and a learned dictionary, frozen and not."""

    title = "Features and end to end"
    varied: ClassVar = ("conv",)

    def __init__(self, seeds: int, given: Mapping[str, Any]) -> None:
        own = {field.name for field in fields(DictionarySettings)}
        super().__init__(seeds, {k: v for k, v in given.items() if k not in own})
        self.common = replace(self.common, features=self.common.features or "hog+hue")
        quick = _QUICK if self.common.data == "tenshapes" else _FULL
        chosen = {k: v for k, v in given.items() if k in own}
        self.dictionary = replace(quick, **chosen)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the nets have in common, and the dictionary's own settings."""
        return {**super().settings, **asdict(self.dictionary)}

    @property
    def variants(self) -> Variants:
        """The rows that are runs."""
        common, features = self.common, self.common.features or ""
        hidden = common.hidden or (100,)
        name = features if len(features) <= len(_WORDS[0]) else _WORDS[1]
        line = replace(common, hidden=(), dropout=None)
        net = replace(common, hidden=hidden)
        return {
            "pixels, linear": replace(line, features=None),
            f"{name}, linear": line,
            "pixels, net": replace(net, features=None),
            f"{name}, net": net,
        }

    @property
    def rows(self) -> Sequence[str]:
        """What is compared."""
        return (*self.variants, FROZEN, LONGER, UNFROZEN)

    def jobs(self) -> Sequence[Job]:
        """Train the runs, then a dictionary with each seed."""
        first = self.common.seed
        return [
            *super().jobs(),
            *(
                Job(f"dictionary-seed-{seed}", _EFFORT, self._learn(seed))
                for seed in range(first, first + self.seeds)
            ),
        ]

    def _learn(self, seed: int) -> Any:
        """Return the work of one dictionary."""

        def work(path: Path, pulse: Pulse) -> list[Member]:
            line = replace(self.common, hidden=(), dropout=None, seed=seed)
            file = path.with_suffix(".safetensors")
            try:
                found = train_dictionary(self.task(line), self.dictionary, file, pulse)
            except TrainingError:
                return [Member(row, seed, LOST) for row in (FROZEN, LONGER, UNFROZEN)]
            return [
                Member(FROZEN, seed, found.frozen),
                Member(LONGER, seed, found.longer),
                Member(UNFROZEN, seed, found.unfrozen),
            ]

        return work

    def verdict(self, members: Members) -> str:
        """Say which row is the best, and what training end to end has added."""
        tested = self.spreads(members)
        both = tested[UNFROZEN], tested[LONGER]
        if not all(found.known for found in both):
            return super().verdict(members)
        more = is_above(*both, self.examples)
        return (
            f"{super().verdict(members)} The dictionary comes to {both[0]} when it is "
            f"trained end to end, and to {both[1]} when it stays frozen for as long: "
            f"{'more' if more else 'not more'} than the spread."
        )

    def sections(self, folder: Path, members: Members) -> list[Section]:
        """Show accuracies, what the extra epochs do, and the words."""
        runs = [m for m in members if m.row in self.variants]
        return [
            accuracy_section(self, members, prose=self._prose()),
            *self._unfreezing(members),
            *self._words(folder, members),
            *([learning_section(runs)] if runs else []),
            settings_section(self),
            nets_section(members),
        ]

    def _prose(self) -> str:
        """Say what the rows are."""
        own = self.dictionary
        return (
            "Pixels and features made by hand, before a linear classifier and before a "
            f"net; and {own.words} words learned from whitened patches without labels, "
            "before a linear classifier. Then the words are trained with it, end to "
            f"end, for {own.extra_epochs} epochs; beside that, as a control, the "
            "classifier alone for as long."
        )

    def _unfreezing(self, members: Members) -> list[Section]:
        """Draw the epochs in which the dictionary is trained, or still frozen."""
        lines: dict[str, Any] = {}
        for row, name in ((UNFROZEN, "end to end"), (LONGER, "still frozen")):
            measured = numbers(members, row, "validation_accuracies")
            known: list[Any] = [each for each in measured if each is not None]
            if known and not any(None in each for each in known):
                mean = 100 * np.array(known).mean(axis=0)
                lines[name] = np.arange(len(mean)), mean
        if not lines:
            return []
        figure: Markup = curves(
            lines,
            x_label="extra epoch",
            y_label="% right",
            title="Validation accuracy",
            width=560,
            height=320,
        )
        prose = (
            "Both begin with the same words and the same classifier, and have the same "
            "learning rate. The mean over the seeds; epoch 0 is before the first step."
        )
        return [Section("The switch: frozen or trained", prose, [figure])]

    def _words(self, folder: Path, members: Members) -> list[Section]:
        """Show the first dictionary's words before and after it was trained."""
        member = next((m for m in members if m.row == UNFROZEN), None)
        if member is None or member.values["test_accuracy"] is None:
            return []
        name = f"dictionary-seed-{member.seed}.safetensors"
        found = read_filters(folder / "members" / name)
        moved = np.linalg.norm(found["after"] - found["before"])
        share = moved / np.linalg.norm(found["before"])
        prose = (
            f"What each word answers to: edges and colours together. To the left as "
            f"k-means found it, to the right after {self.dictionary.extra_epochs} "
            f"epochs of training; in between the weights changed by "
            f"{100 * share:.0f} % of their length. Seed {member.seed}."
        )
        shown = np.argsort(
            -np.linalg.norm(found["before"].reshape(self.dictionary.words, -1), axis=1)
        )
        sheets = [filters(found[k][shown[:64]], columns=8) for k in ("before", "after")]
        return [Section("The words before and after", prose, sheets)]


_QUICK = DictionarySettings(
    words=50, stride=2, samples=20_000, extra_epochs=6, whitening=1.0
)
"""For the images that hubel draws itself, whose noise is not to be blown up."""
_FULL = DictionarySettings(
    words=400, stride=2, samples=200_000, extra_epochs=4, whitening=0.1
)
