"""A training run in sentences."""

from __future__ import annotations

from hubel.experiments import Started, TrainResult, TrainSettings, resume_command


def introduce(started: Started) -> list[str]:
    """Say what is trained, on what, and how, a line each.

    The net is named in the lecture's words, images by their shape.
    """
    task = started.task
    shape = "x".join(map(str, task.spec.image_shape))
    names = task.train.class_names
    return [
        f"{task.data}: {len(task.train):,} images to train on, "
        f"{len(task.validation):,} for validation, {len(task.test):,} for the test, "
        f"each {shape}",
        f"{len(names)} classes: {', '.join(names)}",
        started.net,
        *_features(task.settings.features, task.spec.feature_widths),
        _method(task.settings),
        f"run folder: {started.folder}",
        _beginning(started),
    ]


def _features(words: str | None, widths: tuple[int, ...]) -> list[str]:
    """Say what the net learns from, if that is not the pixels."""
    if words is None:
        return []
    total = f"{sum(widths):,} numbers an image"
    return [f"learning from the features {words}: {total}"]


def _beginning(started: Started) -> str:
    """Say where a run goes on, or how it could if it were interrupted."""
    if (started.epoch, started.step) == (1, 0):
        return f"if it is interrupted: {resume_command(started.folder)}"
    if started.epoch > (started.task.settings.epochs or 0):
        return "going on after the last epoch: only the test is left"
    return f"going on with epoch {started.epoch:,} after {started.step:,} steps of it"


def _method(settings: TrainSettings) -> str:
    """Say how the net is trained."""
    parts = [
        f"{settings.loss} loss",
        _OPTIMIZERS[settings.optimizer].format(settings.momentum),
        f"learning rate {settings.lr:g} ({settings.schedule.replace('_', ' ')})",
        f"L2 {settings.l2:g}",
    ]
    if settings.dropout and settings.hidden:
        parts.append(f"dropout {settings.dropout:g}")
    if settings.augment:
        parts.append(f"augmented by {settings.augment}")
    if settings.precision == "bfloat16":
        parts.append("products in bfloat16")
    epochs = f"{settings.epochs:,} epoch{'s' if settings.epochs != 1 else ''}"
    return f"{', '.join(parts)}; {epochs} in batches of {settings.batch_size:,}"


_OPTIMIZERS = {
    "sgd": "SGD with momentum {:g}",
    "nesterov": "SGD with Nesterov momentum {:g}",
    "adam": "Adam",
}


def conclude(result: TrainResult) -> list[str]:
    """Say what a run came to, a line each."""
    said = [result.note] if result.note else []
    again = [f"to go on: {resume_command(result.folder)}"] if result.stopped_by else []
    return [
        *said,
        f"test accuracy {percent(result.test_accuracy)} on {result.test_images:,} "
        "images that training never saw",
        f"report: {result.report}",
        *again,
    ]


def percent(fraction: float | None) -> str:
    """Write a fraction as a percentage, a dash where there is none.

    Examples
    --------
    >>> percent(0.5463), percent(None)
    ('54.6 %', '-')
    """
    return "-" if fraction is None else f"{100 * fraction:.1f} %"


def duration(seconds: float) -> str:
    """Write a duration in the two units that matter.

    Examples
    --------
    >>> duration(4.2), duration(91), duration(7300)
    ('4 s', '1 min 31 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"
