"""Functions of matrices, at matrices that are well conditioned."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.gates.case import Case, sample


def plane(*shape: int, seed: int = 0) -> Any:
    return sample(*shape, seed=seed) + 1j * sample(*shape, seed=seed + 1)


def regular(*shape: int, seed: int = 0) -> Any:
    """Give square matrices far from singular ones, with distinct eigenvalues."""
    return sample(*shape, seed=seed) + np.diag(np.arange(2.0, 2 + shape[-1]))


def turned(*shape: int) -> Any:
    """Give complex ones."""
    return regular(*shape) + 1j * sample(*shape, seed=3)


def positive(a: Any) -> Any:
    """Give Hermitian and positive definite matrices."""
    return a @ np.conjugate(a.mT) + np.eye(a.shape[-1])


def case(*args: Any, label: str = "", **params: Any) -> Case:
    """Give a case whose forward function is no analytic continuation."""
    return Case(args, params, analytic=False, label=label)


def projectors(vectors: Any, others: Any) -> Any:
    """Give the products of columns and rows: they do not change with a phase."""
    return vectors.mT[..., :, :, None] * others[..., :, None, :]


def of_eigh(packed: Any) -> Any:
    values, vectors = packed[..., 0], packed[..., 1:]
    return values[..., None, None] + projectors(vectors, np.conjugate(vectors).mT)


def eigh(a: Any, lower: bool = True, label: str = "") -> Case:
    return Case((a,), {"lower": lower}, analytic=False, decided=of_eigh, label=label)


def svd(a: Any, label: str = "") -> Case:
    rows = a.shape[-2]

    def of_svd(packed: Any) -> Any:
        u, s = packed[..., :rows].mT, packed[..., rows]
        vh = packed[..., rows + 1 :]
        pairs = s[..., None, None] + projectors(u, vh)
        left = projectors(u, np.conjugate(u.mT))
        right = projectors(np.conjugate(vh.mT), vh)
        return np.concatenate([np.ravel(x) for x in (pairs, left, right)])

    return Case((a,), analytic=False, decided=of_svd, label=label)


SINGULAR = np.outer(sample(3), sample(3, seed=1))

CASES = {
    "solve": [
        Case((regular(3, 3), sample(3, 2))),
        Case((regular(2, 3, 3), sample(2, 3, 1)), label="stack"),
        Case((regular(3, 3), sample(2, 3, 1)), label="one matrix, many right sides"),
        Case((regular(2, 1, 3, 3), sample(2, 3, 2)), label="broadcast"),
        case(turned(3, 3), plane(3, 2), label="complex"),
        Case((np.zeros((0, 0)), np.zeros((0, 2))), label="empty"),
    ],
    "inv": [
        Case((regular(3, 3),)),
        Case((regular(2, 3, 3),), label="stack"),
        case(turned(2, 2), label="complex"),
    ],
    "det": [
        Case((regular(3, 3),)),
        Case((regular(2, 3, 3),), label="stack"),
        case(turned(3, 3), label="complex"),
        case(SINGULAR, label="of rank 1"),
        case(np.zeros((2, 2)), label="zero"),
        Case((sample(1, 1),), label="1 by 1"),
    ],
    "cofactor": [
        case(regular(3, 3)),
        case(regular(2, 2, 2), label="stack"),
        case(turned(3, 3), label="complex"),
        Case((SINGULAR,), analytic=False, order=1, label="of rank 1"),
        case(sample(1, 1), label="1 by 1"),
    ],
    "cofactor_tangent": [
        case(regular(3, 3), sample(3, 3)),
        case(regular(2, 3, 3), sample(2, 3, 3, seed=1), label="stack"),
        case(turned(3, 3), plane(3, 3), label="complex"),
    ],
    "slogdet": [
        case(regular(3, 3)),
        case(-regular(2, 3, 3), label="stack"),
        case(turned(3, 3), label="complex"),
    ],
    "cholesky": [
        case(positive(sample(3, 3))),
        case(positive(sample(2, 3, 3)), label="stack"),
        case(positive(plane(3, 3)), label="complex"),
    ],
    "qr": [
        case(regular(3, 3)),
        case(sample(2, 4, 2), label="stack"),
        case(turned(3, 3), label="complex"),
        case(plane(4, 2), label="complex and tall"),
    ],
    "eigh": [
        eigh(positive(sample(3, 3))),
        eigh(regular(2, 3, 3), label="stack, of which one triangle is read"),
        eigh(regular(3, 3), lower=False, label="the other triangle"),
        eigh(positive(plane(3, 3)), label="complex"),
        eigh(turned(3, 3), lower=False, label="complex, the other triangle"),
    ],
    "eigvalsh": [
        case(positive(sample(3, 3)), lower=True),
        case(regular(2, 3, 3), lower=False, label="stack"),
        case(turned(3, 3), lower=True, label="complex"),
    ],
    "eig": [
        case(regular(3, 3)),
        Case(
            (regular(2, 3, 3, seed=3),),
            analytic=False,
            decided=of_eigh,  # LAPACK chooses the signs of real vectors anew
            label="stack",
        ),
        case(np.array([[0.5, 2.0], [-1.0, 0.3]]), label="complex values"),
        case(turned(3, 3), label="complex"),
    ],
    "svd": [
        svd(regular(3, 3)),
        svd(sample(2, 4, 2), label="tall"),
        svd(sample(2, 4), label="wide"),
        svd(turned(3, 3), label="complex"),
        svd(plane(4, 2), label="complex and tall"),
        svd(plane(2, 4), label="complex and wide"),
    ],
    "svdvals": [
        case(regular(3, 3)),
        case(sample(2, 4, 2), label="tall"),
        case(plane(2, 4), label="complex and wide"),
    ],
    "untied": [
        Case((sample(2, 3, 3), np.zeros((2, 1, 1), bool))),
        case(plane(3, 2), np.zeros((1, 1), bool), label="complex"),
    ],
    "pinv": [
        case(regular(3, 3), 1e-15),
        case(sample(2, 4, 2), np.float64(1e-12), label="tall"),
        case(sample(2, 4), 1e-15, label="wide"),
        case(plane(4, 2), 1e-15, label="complex"),
        case(plane(2, 4), 1e-15, label="complex and wide"),
    ],
    "lstsq": [
        case(sample(5, 2), sample(5, 3, seed=1), rcond=1e-15),
        case(sample(2, 4), sample(2, 1, seed=1), rcond=1e-15, label="wide"),
        case(plane(5, 2), plane(5, 2, seed=2), rcond=1e-15, label="complex"),
        case(plane(2, 4), plane(2, 1, seed=2), rcond=1e-15, label="complex and wide"),
    ],
}
