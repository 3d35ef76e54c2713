"""Row 19: fully connected nets, named and counted as the lecture does."""

import pytest

from hubel import nn


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ((3072, 100, 10), "2-layer net, 1 hidden layer: 3072-100-10, 308,310"),
        ((4, 3, 3, 2), "3-layer net, 2 hidden layers: 4-3-3-2, 35"),
        ((3072, 10), "linear classifier (1 layer): 3072-10, 30,730"),
    ],
)
def test_a_net_is_described_in_the_lectures_words(sizes, words):
    assert nn.describe(nn.mlp(*sizes)) == f"{words} parameters"
