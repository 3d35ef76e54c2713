"""What a check of staged code found: each stage, and the first wrong one."""

from __future__ import annotations

from dataclasses import dataclass

from hubel.graph.source import Line, written


@dataclass(frozen=True, slots=True)
class Stage:
    """One gradient of a student's, compared with the graph's own.

    Attributes
    ----------
    name : str
        The student's name for the gradient, such as ``dW1``.
    status : str
        ``right``; ``wrong``, which is where a mistake was made; ``follows``, which is
        computed in the right way from what is wrong; or ``missing``.
    error : float
        The largest relative error of an element; inf if the shape is wrong.
    how : str
        How a wrong gradient came about, or what a right one follows from.
    line : tuple of (str, int) or None
        The line that made the gradient what it is.
    """

    name: str
    status: str
    error: float
    how: str = ""
    line: Line | None = None

    @property
    def where(self) -> str:
        """The line with its text."""
        return written(self.line)

    def __str__(self) -> str:
        return (
            f"{self.name} {self.how}" if self.how else f"{self.name} is {self.status}"
        )


@dataclass(frozen=True, slots=True)
class StagedReport:
    """Every stage in backward order: what is nearest to the loss comes first.

    Attributes
    ----------
    stages : tuple of Stage
    """

    stages: tuple[Stage, ...]

    @property
    def ok(self) -> bool:
        """Whether every gradient is right."""
        return all(stage.status == "right" for stage in self.stages)

    @property
    def first(self) -> Stage | None:
        """The first stage where a mistake was made; None if all are right."""
        wrong = [s for s in self.stages if s.status in ("wrong", "missing")]
        return wrong[0] if wrong else None

    def __getitem__(self, name: str) -> Stage:
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    @property
    def headline(self) -> str:
        """The first mistake in one sentence, with its line."""
        first = self.first
        if first is None:
            return f"all {len(self.stages)} gradients are right"
        where = f"\n  at {first.where}" if first.where else ""
        return f"the first mistake: {first}{where}"

    def __str__(self) -> str:
        width = max(len(stage.name) for stage in self.stages)
        lines = [self.headline, ""]
        for stage in self.stages:
            error = "" if stage.status == "missing" else f"{stage.error:8.1e}"
            said = f"{stage.name:{width}}  {stage.status:7}  {error:8}  {stage.how}"
            lines.append(f"  {said}".rstrip())
        return "\n".join(lines)
