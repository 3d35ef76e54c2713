"""The lecture's score functions on pixels: f = W x, W2 max(0, W1 x), three layers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from hubel.experiments._nets import first_weights
from hubel.experiments._run import load_run
from hubel.experiments.comparing._experiment import Members
from hubel.experiments.comparing._images import ImageExperiment, Variants
from hubel.experiments.comparing._parts import (
    accuracy_section,
    learning_section,
    nets_section,
    settings_section,
)
from hubel.view import Section, filters


class Layers(ImageExperiment):
    """A linear classifier beside a net with one, and one with two hidden layers."""

    title = "One, two and three layers"
    varied: ClassVar = ("conv", "features")

    @property
    def variants(self) -> Variants:
        """The three nets; ``hidden`` says how wide the layers are."""
        first, *rest = self.common.hidden or (100,)
        second = rest[0] if rest else first
        return {
            "linear": replace(self.common, hidden=(), dropout=None),
            "2-layer net": replace(self.common, hidden=(first,)),
            "3-layer net": replace(self.common, hidden=(first, second)),
        }

    def sections(self, folder: Path, members: Members) -> list[Section]:
        """Show accuracies, curves, and what the first layers look for."""
        prose = (
            "The linear classifier gives scores W x; a 2-layer net puts a hidden layer "
            "between, W2 max(0, W1 x); a 3-layer net has two."
        )
        return [
            accuracy_section(self, members, prose=prose),
            learning_section(members),
            *self._filters(folder, members),
            settings_section(self),
            nets_section(members),
        ]

    def _filters(self, folder: Path, members: Members) -> list[Section]:
        """Show the first layer of each row's first net."""
        parts: list[Section] = []
        for row in self.rows:
            member = next((m for m in members if m.row == row), None)
            if member is None or member.values["test_accuracy"] is None:
                continue
            shape = self.first.spec.image_shape
            weights = first_weights(load_run(folder / member.folder).net)
            what = "templates" if row == "linear" else "first-layer weights"
            prose = f"The {what} of seed {member.seed}."
            sheet = filters(weights, shape=shape, limit=40)
            parts.append(Section(f"What it looks for: {row}", prose, [sheet]))
        return parts
