"""The data: labels, constant and repeated images, test images in the training set."""

from __future__ import annotations

import hashlib
from collections import Counter

import numpy as np

from hubel.experiments.doctor._case import Array, Case
from hubel.experiments.doctor._finding import (
    Finding,
    Findings,
    at_most,
    finding,
    within,
)


def check_data(case: Case) -> Findings:
    """Look at the examples alone."""
    yield _finite(case.images)
    yield _known(case)
    yield _balance(case)
    yield _constant(case.images)
    digests = fingerprints(case.images)
    yield _repeated(digests)
    yield _contradictions(digests, case.labels)
    if case.test is not None:
        yield _leakage(digests, fingerprints(case.test[0]))


def fingerprints(images: Array) -> list[bytes]:
    """Return a hash of each example's numbers."""
    return [
        hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images
    ]


def _finite(images: Array) -> Finding:
    bad = 0.0 if images.dtype.kind in "iub" else float(1 - np.isfinite(images).mean())
    return finding(
        "inputs that are not finite",
        bad,
        at_most(bad, 0, 0),
        "0",
        "Remove the examples with NaN or infinity, or fill the gaps.",
    )


def _known(case: Case) -> Finding:
    """Compare the labels with the number of scores."""
    low, high = int(case.labels.min()), int(case.labels.max())
    return finding(
        "highest label",
        high,
        "pass" if 0 <= low and high < case.classes else "fail",
        f"labels from 0 to {case.classes - 1}, one for each score",
        f"Labels go from {low} to {high}: give the net {high + 1} scores, or number "
        "the classes from 0.",
    )


def _balance(case: Case) -> Finding:
    labels = case.labels[(case.labels >= 0) & (case.labels < case.classes)]
    counts = np.bincount(labels, minlength=case.classes)
    ratio = float(counts.min() / max(1, counts.max()))
    return finding(
        "label balance",
        ratio,
        within(ratio, (0.2, 1), (0.05, 1)),
        "the rarest class at least 0.2 times as frequent as the most frequent",
        f"Class {counts.argmin()} has {counts.min():,} examples, class "
        f"{counts.argmax()} has {counts.max():,}: collect more, or weigh the classes.",
    )


def _constant(images: Array) -> Finding:
    flat = images.reshape(len(images), -1)
    share = float((flat.min(axis=1) == flat.max(axis=1)).mean())
    if flat.shape[1] == 1:
        share = 0.0
    return finding(
        "constant images",
        share,
        at_most(share, 0.001, 0.02),
        "at most 0.001 of the examples",
        "All numbers of these examples are equal: look for files that failed to load.",
    )


def _repeated(digests: list[bytes]) -> Finding:
    share = 1 - len(set(digests)) / len(digests)
    return finding(
        "repeated images",
        share,
        at_most(share, 0.01, 0.2),
        "at most 0.01 of the examples",
        "Remove the copies; an example that is there twice counts twice, and may be "
        "in the validation part too.",
    )


def _contradictions(digests: list[bytes], labels: Array) -> Finding:
    """Count examples that are equal to one of another class."""
    pairs = set(zip(digests, labels.tolist(), strict=True))
    kinds = Counter(digest for digest, _ in pairs)
    share = sum(kinds[digest] > 1 for digest in digests) / len(digests)
    return finding(
        "equal images with different labels",
        share,
        at_most(share, 0.001, 0.02),
        "at most 0.001 of the examples",
        "No net can learn both: decide on one label for each of these images.",
    )


def _leakage(train: list[bytes], test: list[bytes]) -> Finding:
    seen = set(train)
    share = sum(digest in seen for digest in test) / len(test)
    return finding(
        "test images in the training set",
        share,
        at_most(share, 0, 0.002),
        "0",
        "Remove them from one of the two sets: the test accuracy counts what the net "
        "has learned by heart.",
    )
