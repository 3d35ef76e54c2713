"""Matrix products and Einstein sums."""

from __future__ import annotations

from tests.gates.case import Case, sample


def product(*shapes: tuple[int, ...], label: str = "") -> Case:
    """Give a case of matmul of arrays of those shapes."""
    return Case(tuple(sample(*s, seed=i) for i, s in enumerate(shapes)), label=label)


def einstein(subscripts: str, *shapes: tuple[int, ...]) -> Case:
    """Give a case of einsum of arrays of those shapes."""
    args = tuple(sample(*s, seed=i) for i, s in enumerate(shapes))
    return Case(args, {"subscripts": subscripts}, label=subscripts)


CASES = {
    "matmul": [
        product((2, 3), (3, 4)),
        product((3,), (3,), label="vectors"),
        product((2, 3), (3,), label="matrix and vector"),
        product((3,), (3, 2), label="vector and matrix"),
        product((5, 2, 3), (3,), label="batch and vector"),
        product((5, 2, 3), (3, 4), label="batch and matrix"),
        product((3,), (5, 3, 4), label="vector and batch"),
        product((2, 3), (5, 3, 4), label="matrix and batch"),
        product((5, 1, 2, 3), (4, 3, 2), label="batches that broadcast"),
        product((0, 3), (3, 2), label="empty"),
        product((2, 0), (0, 3), label="nothing to sum"),
    ],
    "einsum": [
        einstein("ab,bc->ac", (2, 3), (3, 4)),
        einstein("ab,bc->ca", (20, 30), (30, 10)),
        einstein("abc,dca->dab", (3, 20, 8), (5, 8, 3)),
        einstein("ab,ab->", (2, 3), (2, 3)),
        einstein("ab,ab->ab", (2, 3), (2, 3)),
        einstein("a,b->ba", (2,), (3,)),
        einstein("ab,->ab", (2, 3), ()),
        einstein("ab,bc,cd,d->a", (2, 3), (3, 4), (4, 5), (5,)),
        einstein("ab,ac,ad->bcd", (4, 2), (4, 3), (4, 2)),
        einstein("ab,bc->ac", (2, 0), (0, 3)),
    ],
}
