"""Parts of complex numbers; the gradient of a real f of z = x + iy is f_x - i f_y."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import TraceError
from hubel.gates._arithmetic import add, multiply, square
from hubel.gates._cast import promoted, unchanged
from hubel.gates._compare import equal, not_equal
from hubel.gates._given import as_value
from hubel.gates._trigonometric import arctan2
from hubel.gates.define import Linear, dtype_of, elementwise, implements
from hubel.graph.registry import NUMPY, Value

REAL: Any = np.real
IMAG: Any = np.imag


def _real(x: Value, out: Any = None) -> Any:
    return np.positive(REAL(x), out=out)


def _imag(x: Value, out: Any = None) -> Any:
    return np.positive(IMAG(x), out=out)


def _real_itself(x: Value) -> Value:
    return promoted(conjugate, x)[0]


conjugate = elementwise(
    "conjugate",
    np.conjugate,
    Linear(lambda g, out, x: conjugate(g)),
    native=_real_itself,
)
real = elementwise(
    "real",
    _real,
    Linear(lambda g, out, x: g),
    numpy=np.real,
    fills=True,
    native=unchanged,
)
imag = elementwise(
    "imag",
    _imag,
    Linear(lambda g, out, x: multiply(g, -1j)),
    numpy=np.imag,
    fills=True,
)
NUMPY[np.conj] = conjugate


def is_complex(x: Value) -> bool:
    """Whether a value is of a complex dtype."""
    return dtype_of(x).kind == "c"


def conjugated(x: Value) -> Value:
    """Conjugate what is complex; real values stay as they are."""
    return conjugate(x) if is_complex(x) else x


def real_part(x: Value) -> Value:
    """Take the real part of what is complex; real values stay as they are."""
    return real(x) if is_complex(x) else x


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the dtype of the real part."""
    return dtype.type(0).real.dtype


def squared_modulus(x: Value) -> Value:
    """Give ``|x|^2``, which is smooth at 0, in the real dtype."""
    return add(square(real(x)), square(imag(x))) if is_complex(x) else square(x)


@implements(np.angle)
def np_angle(z: Value, deg: bool = False) -> Value:
    """Mean what ``np.angle`` means."""
    z = as_value(z)
    turn = arctan2(imag(z), real(z)) if is_complex(z) else arctan2(0.0, z)
    return multiply(turn, 180 / math.pi) if deg else turn


@implements(np.isreal)
def np_isreal(x: Value) -> Value:
    """Mean what ``np.isreal`` means: whether the imaginary part is 0."""
    return equal(imag(x), 0)


@implements(np.iscomplex)
def np_iscomplex(x: Value) -> Value:
    """Mean what ``np.iscomplex`` means: whether the imaginary part is not 0."""
    return not_equal(imag(x), 0)


@implements(np.iscomplexobj)
def np_iscomplexobj(x: Value) -> bool:
    """Mean what ``np.iscomplexobj`` means."""
    return is_complex(x)


@implements(np.isrealobj)
def np_isrealobj(x: Value) -> bool:
    """Mean what ``np.isrealobj`` means."""
    return not is_complex(x)


@implements(np.real_if_close)
def np_real_if_close(a: Value, tol: float = 100) -> Value:
    """Mean what ``np.real_if_close`` means for real arrays; refuse complex ones."""
    if is_complex(a):
        raise TraceError(
            "np.real_if_close gives a real or a complex array, whichever the values "
            "ask for; a graph has one dtype for all values",
            remedy="use np.real, or keep the array complex",
        )
    return a
