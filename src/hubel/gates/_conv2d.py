"""Convolution of images, what brings gradients back to its weights, and windows.

The first two are linear in each of their two arguments, and the transposes of either
are these two again. As everywhere in machine learning it is a correlation: weights are
not turned around. Each is a matrix product of windows (Chellapilla et al. 2006, "High
performance convolutional neural networks for document processing"): of some images at a
time in NumPy, of all at once in native code.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._layout import reshape, transpose
from hubel.gates._matmul import matmul
from hubel.gates._windows2d import Pair, Slide, blocks, shape_of_windows, views
from hubel.gates.batch import Call, one_by_one
from hubel.gates.define import (
    Linear,
    Multilinear,
    define,
    dtype_of,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

Padding = tuple[Pair, Pair]

LARGEST, IMAGES = 2**26, 16
"""Bytes of windows that native code may have at a time, and the images whose windows
are copied at a time."""


def _conv2d(
    x: Value,
    w: Value,
    stride: Pair,
    padding: Padding,
    spread: Pair,
    out: Any = None,
) -> Any:
    x, w = np.asarray(x), np.asarray(w)
    slide, window = Slide(stride, padding, spread), w.shape[:2]
    result = out
    if out is None or not out.flags.c_contiguous:
        places = shape_of_windows(x.shape, window, slide)[:3]
        result = np.empty((*places, w.shape[3]), np.result_type(x, w))
    weights = w.reshape(math.prod(w.shape[:3]), w.shape[3])
    for where, matrix in blocks(x, window, slide, result.dtype):
        # Some images whole, or rows of one image: memory in one piece either way.
        np.matmul(matrix, weights, out=result[where].reshape(len(matrix), w.shape[3]))
    if out is not None and out is not result:
        np.copyto(out, result)
    return result if out is None else out


def _check(x: Spec, other: Spec, channels: int) -> None:
    """Refuse what are not images and weights, or images and gradients."""
    if len(x.shape) != 4 or len(other.shape) != 4 or x.shape[3] != channels:
        raise ShapeError(
            f"a convolution of images of shape {x.shape} and {other.shape}",
            remedy="give images (n, height, width, channels) and weights (height, "
            "width, channels, channels out)",
        )


def _dtype(x: Spec, y: Spec) -> np.dtype[Any]:
    return result_dtype(np.multiply, (x.dtype, y.dtype), (False, False))


def _infer(x: Spec, w: Spec, stride: Pair, padding: Padding, spread: Pair) -> Spec:
    _check(x, w, w.shape[2] if len(w.shape) == 4 else -1)
    places = shape_of_windows(x.shape, w.shape, Slide(stride, padding, spread))[:3]
    return Spec((*places, w.shape[3]), _dtype(x, w))


def _to_images(g: Value, out: Value, x: Value, w: Value, **params: Any) -> Value:
    """Slide the weights, turned around, over gradients that lie as far apart."""
    return _back(g, w, shape_of(x), Slide(**params))


def _back(g: Value, w: Value, shape: tuple[int, ...], slide: Slide) -> Value:
    back = slide.back((shape[1], shape[2]), shape_of(w)[:2])
    turned = transpose(np.flip(w, (0, 1)), axes=(0, 1, 3, 2))
    return conv2d(g, turned, **_params(back))


def _params(slide: Slide) -> dict[str, Any]:
    return {
        "stride": slide.stride,
        "padding": slide.padding,
        "spread": slide.spread,
    }


def _to_weights(g: Value, out: Value, x: Value, w: Value, **params: Any) -> Value:
    return conv2d_weights(x, g, window=shape_of(w)[:2], **params)


def _operations(node: Node) -> float:
    """Count a multiplication and an addition for each number of each window."""
    return 2.0 * node.size * math.prod(node.inputs[1].shape[:3])


def _conv2d_batch(call: Call) -> Value:
    """Count examples among the images, or their weights among the channels out."""
    x, w = call.args
    if not call.batched[1]:
        images = reshape(x, shape=(math.prod(shape_of(x)[:2]), *shape_of(x)[2:]))
        return reshape(call.again(images, w), shape=(call.size, *call.shape))
    if call.batched[0]:
        return one_by_one(call)
    return _side_by_side(call)


def _side_by_side(call: Call) -> Value:
    """Count the examples of the second argument among its channels."""
    x, y = call.args
    joined = reshape(
        transpose(y, axes=(1, 2, 3, 0, 4)),
        shape=(*shape_of(y)[1:4], call.size * shape_of(y)[4]),
    )
    apart = (*call.shape[:3], call.size, call.shape[3])
    return transpose(reshape(call.again(x, joined), shape=apart), axes=(3, 0, 1, 2, 4))


def _native(x: Value, w: Value, **params: Any) -> Value | None:
    """Multiply all windows at once, by code that is faster; None if they are many."""
    height, width, channels, count = shape_of(w)
    rows = _matrix(x, (height, width), params)
    if rows is None:
        return None
    found = matmul(rows, reshape(w, shape=(height * width * channels, count)))
    places = shape_of_windows(shape_of(x), (height, width), Slide(**params))[:3]
    return reshape(found, shape=(*places, count))


def _matrix(x: Value, window: Pair, params: dict[str, Any]) -> Value | None:
    """Make the matrix whose rows are windows; None if it is large."""
    shape = shape_of_windows(shape_of(x), window, Slide(**params))
    if math.prod(shape) * dtype_of(x).itemsize > LARGEST:
        return None
    plain = Slide((1, 1), ((0, 0), (0, 0)), (1, 1))
    if window != (1, 1) or Slide(**params) != plain:
        x = windows2d(x, window=window, **params)
    return reshape(x, shape=(math.prod(shape[:3]), shape[3]))


conv2d = define(
    "conv2d",
    _conv2d,
    _infer,
    Multilinear(_to_images),
    Multilinear(_to_weights),
    kind="matrix",  # of whole images: no Einstein sum, as a product would be
    fills=True,
    operations=_operations,
    batch=_conv2d_batch,
    native=_native,
)


def _conv2d_weights(
    x: Value,
    g: Value,
    window: Pair,
    stride: Pair,
    padding: Padding,
    spread: Pair,
    out: Any = None,
) -> Any:
    """Sum the products of windows and gradients."""
    x, g = np.asarray(x), np.asarray(g)
    channels = x.shape[3], g.shape[3]
    dtype = np.result_type(x, g)
    total = np.zeros((math.prod(window) * channels[0], channels[1]), dtype)
    part = np.empty_like(total)
    for where, matrix in blocks(x, window, Slide(stride, padding, spread), dtype):
        np.matmul(matrix.T, g[where].reshape(len(matrix), channels[1]), out=part)
        total += part
    found = total.reshape(*window, *channels)
    if out is None:
        return found
    np.copyto(out, found)
    return out


def _infer_weights(
    x: Spec, g: Spec, window: Pair, stride: Pair, padding: Padding, spread: Pair
) -> Spec:
    _check(x, g, x.shape[3] if len(x.shape) == 4 else -1)
    needed = shape_of_windows(x.shape, window, Slide(stride, padding, spread))[:3]
    if g.shape[:3] != needed:
        raise ShapeError(
            f"gradients of shape {g.shape} where there are {needed} windows of {window}"
        )
    return Spec((*window, x.shape[3], g.shape[3]), _dtype(x, g))


def _from_weights(
    u: Value, out: Value, x: Value, g: Value, window: Pair, **params: Any
) -> Value:
    return _back(g, u, shape_of(x), Slide(**params))


def _from_gradient(
    u: Value, out: Value, x: Value, g: Value, window: Pair, **params: Any
) -> Value:
    return conv2d(x, u, **params)


def _native_weights(x: Value, g: Value, window: Pair, **params: Any) -> Value | None:
    rows = _matrix(x, window, params)
    if rows is None:
        return None
    count = shape_of(g)[3]
    gradients = reshape(g, shape=(shape_of(rows)[0], count))
    found = matmul(transpose(rows, axes=(1, 0)), gradients)
    return reshape(found, shape=(*window, shape_of(x)[3], count))


def _weights_operations(node: Node) -> float:
    return 2.0 * node.inputs[1].size * math.prod(node.shape[:3])


def _weights_batch(call: Call) -> Value:
    """Count examples among the channels out, if the images are the same for all."""
    return one_by_one(call) if call.batched[0] else _side_by_side(call)


conv2d_weights = define(
    "conv2d_weights",
    _conv2d_weights,
    _infer_weights,
    Multilinear(_from_weights),
    Multilinear(_from_gradient),
    kind="matrix",
    fills=True,
    operations=_weights_operations,
    batch=_weights_batch,
    native=_native_weights,
)


def _windows2d(
    x: Value,
    window: Pair,
    stride: Pair,
    padding: Padding,
    spread: Pair,
    out: Any = None,
) -> Any:
    x, slide = np.asarray(x), Slide(stride, padding, spread)
    shape = shape_of_windows(x.shape, window, slide)
    if out is None:
        out = np.empty(shape, x.dtype)
    for first, view in views(x, window, slide, x.dtype, IMAGES):
        out[first : first + len(view)].reshape(view.shape)[...] = view
    return out


def _infer_windows(x: Spec, window: Pair, **params: Any) -> Spec:
    if len(x.shape) != 4:
        raise ShapeError(
            f"windows of an array of shape {x.shape}",
            remedy="give images of shape (n, height, width, channels)",
        )
    return Spec(shape_of_windows(x.shape, window, Slide(**params)), x.dtype)


def _from_windows(g: Value, out: Value, x: Value, window: Pair, **params: Any) -> Value:
    """Add up what the windows bring, by weights that each pick one number of them."""
    shape = shape_of(g)
    each = np.eye(shape[3], dtype=dtype_of(x))
    picks = each.reshape(*window, shape_of(x)[3], shape[3])
    return _back(g, picks, shape_of(x), Slide(**params))


def _windows_batch(call: Call) -> Value:
    """Count examples among the images."""
    x = call.args[0]
    images = reshape(x, shape=(math.prod(shape_of(x)[:2]), *shape_of(x)[2:]))
    return reshape(call.again(images), shape=(call.size, *call.shape))


windows2d = define(
    "windows2d",
    _windows2d,
    _infer_windows,
    Linear(_from_windows),
    kind="layout",
    fills=True,
    batch=_windows_batch,
)
