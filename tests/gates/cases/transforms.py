"""Fourier transforms; odd and even lengths differ in what stands for itself."""

from __future__ import annotations

from typing import Any

from tests.gates.case import Case, sample


def plane(*shape: int) -> Any:
    return sample(*shape) + 1j * sample(*shape, seed=1)


def transform(x: Any, label: str = "", **params: Any) -> Case:
    """Give a case of a transform; results are complex, so no complex step is taken."""
    return Case((x,), {"norm": "backward", **params}, analytic=False, label=label)


CASES = {
    "fft": [
        transform(sample(2, 5), axes=(1,), inverse=False),
        transform(plane(2, 5), axes=(1,), inverse=True, label="inverse"),
        transform(plane(4, 3), axes=(0, 1), inverse=False, norm="ortho", label="two"),
        transform(sample(4, 3, 2), axes=(0, 2), inverse=True, norm="forward"),
        transform(plane(1), axes=(0,), inverse=False, label="one point"),
        transform(plane(0, 3), axes=(1,), inverse=False, label="empty"),
    ],
    "rfft": [
        transform(sample(2, 6), axis=1, label="even"),
        transform(sample(2, 5), axis=1, label="odd"),
        transform(sample(5, 2), axis=0, norm="ortho", label="first axis"),
        transform(sample(4, 2), axis=0, norm="forward", label="forward"),
        transform(sample(1), axis=0, label="one point"),
        transform(sample(2), axis=0, label="two points"),
    ],
    "irfft": [
        transform(plane(2, 4), axis=1, length=6, label="even"),
        transform(plane(2, 3), axis=1, length=5, label="odd"),
        transform(plane(3, 2), axis=0, length=5, norm="ortho", label="first axis"),
        transform(sample(3, 2), axis=0, length=4, norm="forward", label="of real"),
        transform(plane(1), axis=0, length=1, label="one point"),
        transform(plane(2), axis=0, length=2, label="two points"),
    ],
}
