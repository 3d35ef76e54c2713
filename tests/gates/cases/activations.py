"""Activations with parameters, softmax and the losses."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

SCORES = sample(3, 4, low=-2, high=2)
LABELS = np.array([2, 0, 3])

CASES = {
    "leaky_relu": [
        Case((sample(3, 4),), {"slope": 0.3}, label="slope 0.3"),
        Case((sample(3, 4),), {"slope": 2.0}, label="slope 2"),
    ],
    "elu": [Case((sample(3, 4),), {"alpha": 0.5}, label="alpha 0.5")],
    "maxout": [
        Case((sample(3, 8),), {"pieces": 2}),
        Case((sample(2, 2, 6),), {"pieces": 3}, label="three axes"),
        Case((sample(4),), {"pieces": 1}, label="one piece"),
        Case((sample(0, 4),), {"pieces": 2}, label="empty"),
    ],
    "softmax": [
        Case((SCORES,)),
        Case((sample(2, 3, 4),), {"axis": 1}, label="axis 1"),
        Case((sample(5),), {"axis": 0}, label="one axis"),
        Case((sample(0, 3),), label="empty"),
    ],
    "log_softmax": [
        Case((SCORES,)),
        Case((sample(2, 3, 4),), {"axis": 1}, label="axis 1"),
        Case((sample(5),), {"axis": 0}, label="one axis"),
        Case((sample(0, 3),), label="empty"),
    ],
    "logsumexp": [
        Case((SCORES,), {"axis": (1,)}),
        Case((SCORES,), {"axis": (0, 1), "keepdims": True}, label="kept"),
        Case((sample(),), {"axis": ()}, label="0-d"),
    ],
    "one_hot": [
        Case((LABELS,), {"classes": 4}),
        Case((LABELS,), {"classes": 4, "dtype": np.dtype(np.float32)}, label="float32"),
        Case((np.array([[0, 1], [1, 5]]),), {"classes": 3}, label="two axes"),
        Case((np.int64(1),), {"classes": 2}, label="0-d"),
    ],
    "labels_within": [
        Case((LABELS,), {"classes": 4}),
        Case((np.zeros((0, 2), np.int32),), {"classes": 0}, label="empty"),
    ],
    "softmax_cross_entropy": [
        Case((SCORES, LABELS)),
        Case((sample(2, 3, 4), np.array([[0, 1, 3], [2, 2, 0]])), label="three axes"),
        Case((sample(4), np.int64(1)), label="one row"),
        Case((sample(0, 4), np.zeros(0, np.int64)), label="empty"),
    ],
    "softmax_error": [
        Case((SCORES, LABELS)),
        Case((sample(2, 3, 4), np.array([[0, 1, 3], [2, 2, 0]])), label="three axes"),
        Case((sample(4), np.int64(1)), label="one row"),
        Case((sample(0, 4), np.zeros(0, np.int64)), label="empty"),
    ],
}
