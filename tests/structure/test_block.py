"""Block operators: by path, as trees and as one matrix."""

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.structure import (
    Block,
    Dense,
    Diagonal,
    Scatter,
    Selection,
    Sparse,
    Sum,
    Zero,
    identity,
)

ROWS = {"out": (2, 3), "loss": ()}
COLUMNS = {"w": (6,), "layers.0.b": (3,), "unused": (2,)}
rng = np.random.default_rng(0)
W = Diagonal(rng.normal(size=6)).reshaped((2, 3), (6,))
B = Selection(np.tile(np.arange(3), 2).reshape(2, 3), (3,))
LOSS = Dense(rng.normal(size=6), (), (6,))


def jacobian():
    blocks = {("out", "w"): W, ("out", "layers.0.b"): B, ("loss", "w"): LOSS}
    return Block(blocks, ROWS, COLUMNS)


def test_blocks_are_found_by_their_paths():
    J = jacobian()
    assert J["out", "w"] is W
    assert isinstance(J["loss", "unused"], Zero)
    assert J["loss", "unused"].input_shape == (2,)
    assert J["out"]["w"] is W
    row, column = J["out", :], J[:, "w"]
    assert row.output_shape == (2, 3)
    assert row["w"] is W
    assert column.shape == (7, 6)
    assert column["loss"] is LOSS
    assert J[:, :].shape == J.shape
    with pytest.raises(KeyError, match="'v' is no argument"):
        J["out", "v"]
    with pytest.raises(KeyError, match="'v' is no result"):
        J["v"]


def test_one_unnamed_result_is_left_out_and_positions_are_paths():
    J = Block({("", "0"): W, ("", "1"): B})
    assert J["0"] is J[0] is W
    assert J.output_shape == (2, 3)
    assert J["", "1"] is B


def test_it_is_one_matrix_over_all_leaves():
    J = jacobian()
    zero = np.zeros
    expected = np.block(
        [
            [W.todense().reshape(6, 6), B.todense().reshape(6, 3), zero((6, 2))],
            [LOSS.todense().reshape(1, 6), zero((1, 3)), zero((1, 2))],
        ]
    )
    np.testing.assert_array_equal(J.todense(), expected)
    assert J.pattern.covers(J.T.pattern.T)
    assert isinstance(J["out", :].explicit(), Sparse)
    assert isinstance(J.explicit(), Dense)


def test_leaves_are_mapped_to_leaves():
    J = jacobian()
    tangents = {"w": rng.normal(size=6), "layers.0.b": rng.normal(size=3)}
    result = J.apply_leaves(tangents)
    assert set(result) == set(ROWS)
    assert result["out"].shape == (2, 3)
    expected = W.apply(tangents["w"]) + B.apply(tangents["layers.0.b"])
    np.testing.assert_allclose(result["out"], expected)
    np.testing.assert_allclose(result["loss"], LOSS.apply(tangents["w"]))
    upstream = {"out": np.ones((2, 3)), "loss": np.ones(())}
    pulled = J.T.apply_leaves(upstream)
    np.testing.assert_allclose(pulled["w"], W.T.apply(np.ones((2, 3))) + LOSS.values[0])
    np.testing.assert_array_equal(pulled["unused"], np.zeros(2))
    assert J.apply_leaves({})["out"].shape == (2, 3)
    with pytest.raises(ShapeError, match="v"):
        J.apply_leaves({"v": np.ones(2)})
    with pytest.raises(ShapeError, match="was given an array of shape"):
        J.apply_leaves({"w": np.ones(5)})


def test_products_go_leaf_by_leaf():
    J = jacobian()
    sizes = [6, 3, 2]
    inner = {
        (c, "x"): Scatter(np.arange(4) % n, COLUMNS[c])
        for c, n in zip(COLUMNS, sizes, strict=True)
    }
    product = J @ Block(inner, COLUMNS, {"x": (4,)})
    assert list(product.rows) == list(ROWS)
    expected = W.todense().reshape(6, 6) @ inner["w", "x"].todense()
    expected = expected + B.todense().reshape(6, 3) @ inner["layers.0.b", "x"].todense()
    np.testing.assert_allclose(product["out"].todense().reshape(6, 4), expected)
    outer = Diagonal(np.ones((2, 3))) @ Block({("", "w"): W, ("", "b"): B})
    assert isinstance(outer["w"], Diagonal)
    assert isinstance((J + J)["out", "w"], Diagonal)
    assert isinstance(identity((7,)) @ J - J, Block)


def test_blocks_of_other_leaves_are_kept_apart():
    a = Block({("", "u"): identity((2,)), ("", "v"): Zero((2,), (3,))})
    b = Block({("", "u"): Zero((2,), (3,)), ("", "v"): identity((2,))})
    assert isinstance(a + b, Sum)
    np.testing.assert_array_equal((a + b).todense(), a.todense() + b.todense())


def test_blocks_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="does not map"):
        Block({("", "w"): W}, {"": (5,)}, {"w": (6,)})
    with pytest.raises(ShapeError, match="not among rows"):
        Block({("out", "w"): W}, {"other": (6,)}, {"w": (6,)})
    with pytest.raises(TypeError):
        jacobian().blocks["out", "w"] = LOSS
