"""What NumPy and SciPy have and a graph has not: why, and what to use instead.

Everything else that NumPy hands over to other arrays has a meaning.
"""

from __future__ import annotations

from hubel.graph.refusal import REFUSALS, Refusal


def _refuse(names: str, reason: str, remedy: str, within: str = "np") -> None:
    """State a refusal of functions of one module or class."""
    for name in names.split():
        REFUSALS[f"{within}.{name}" if within else name] = Refusal(reason, remedy)


OUTSIDE = "call it outside of the traced function, and pass in what it gives"
AFTER = "return the array from the traced function, and call it on what comes back"

# Functions that hand their arguments over to us.
_refuse(
    "array2string array_repr array_str",
    "it writes the numbers of an array as text",
    f"print the traced value itself, or {AFTER}",
)
_refuse(
    "save savetxt savez savez_compressed",
    "it writes the numbers of an array to a file",
    AFTER,
)
_refuse(
    "may_share_memory shares_memory",
    "values of a graph have no memory before it runs",
    AFTER,
)
_refuse(
    "busday_count busday_offset datetime_as_string is_busday isnat",
    "dates are no numbers, and carry no gradient",
    OUTSIDE,
)
_refuse("in1d", "newer NumPy has it no more", "use np.isin, and np.ravel of it")
_refuse("packbits unpackbits", "bits carry no gradient", OUTSIDE)
_refuse(
    "char strings rec",
    "text and records are no numbers, and carry no gradient",
    OUTSIDE,
)
_refuse(
    "scimath",
    "numbers decide whether its result is complex; a graph has one dtype for all",
    "use the function of np itself: np.sqrt(x + 0j) is complex for all numbers, and "
    "np.sqrt(x) real",
    "np.lib",
)

# Functions that make plain arrays, and ask a traced value to become one.
_refuse(
    "array asarray asanyarray",
    "it makes a plain NumPy array, which would lose the graph",
    "use hb.array, or np.stack and np.concatenate, which take traced values",
)
_refuse(
    "ascontiguousarray asfortranarray asarray_chkfinite require",
    "it makes a plain NumPy array, which would lose the graph",
    "leave it out: an array of a graph is contiguous; hb.array takes lists",
)
_refuse(
    "matrix asmatrix bmat",
    "a np.matrix is a plain array, which would lose the graph",
    "use arrays and @, and np.block in place of np.bmat",
)
_refuse(
    "full",
    "it fills a plain NumPy array, which would lose the graph",
    "use np.broadcast_to(x, shape), or np.full_like of a traced array",
)
_refuse(
    "r_ c_",
    "it makes a plain NumPy array, which would lose the graph",
    "use np.concatenate, np.stack or np.column_stack",
)
_refuse(
    "arange mgrid ogrid",
    "numbers decide the length of its result; a graph has one shape for all",
    "use x0 + step * np.arange(n), or np.linspace with a fixed number of points",
)
_refuse(
    "eye identity tri indices ones zeros empty bartlett blackman hamming hanning",
    "numbers decide the shape of its result; a graph has one shape for all",
    "pass the shape as a static argument",
)
_refuse(
    "kaiser",
    "it makes a plain NumPy array, which would lose the graph",
    "use np.i0(beta * np.sqrt(1 - np.linspace(-1, 1, n) ** 2)) / np.i0(beta)",
)
_refuse(
    "fromiter frombuffer fromstring",
    "it makes a plain NumPy array, which would lose the graph",
    "use np.stack or hb.array",
)
_refuse(
    "vectorize frompyfunc",
    "it calls a Python function with one number of a plain NumPy array after the other",
    "write the function with NumPy functions of whole arrays, or use hb.vmap",
)
_refuse(
    "nditer ndenumerate broadcast",
    "it walks through the memory of a plain NumPy array",
    "use NumPy functions of whole arrays, or for i in np.ndindex(x.shape): x[i]",
)
_refuse(
    "as_strided",
    "it looks at the memory of a plain NumPy array",
    "use np.lib.stride_tricks.sliding_window_view, or an index",
    "np.lib.stride_tricks",
)
_refuse(
    "float16 float32 float64 longdouble complex64 complex128 clongdouble int8 int16 "
    "int32 int64 intp uint8 uint16 uint32 uint64 bool single double",
    "it makes a plain number, which would lose the graph",
    "use x.astype(np.float32), with the dtype that is wanted",
)
_refuse(
    "random",
    "numbers are drawn from a plain generator, which knows no traced parameters",
    "draw standard numbers and move them, as in mean + std * rng.standard_normal(n); "
    "take a sample of x by indices, as in x[rng.permutation(len(x))]",
)
_refuse(
    "polynomial",
    "its classes and fits make plain arrays of the coefficients",
    "use np.polyval, np.polyfit and the other functions of np itself, whose "
    "coefficients may be traced (the highest power first); those of np.polynomial "
    "take a traced x beside plain coefficients",
)
_refuse(
    "math cmath",
    "it wants a Python number, which would lose the graph",
    "use the NumPy function: np.sin in place of math.sin, np.sum in place of math.fsum",
    "",
)

# Functions of SciPy that are no ufuncs make plain arrays of their arguments too.
PLAIN = "it makes plain arrays of its arguments, which would lose the graph"
_refuse(
    "logsumexp",
    PLAIN,
    "use np.logaddexp.reduce(x, axis), which is the same",
    "scipy.special",
)
_refuse(
    "softmax log_softmax",
    PLAIN,
    "use x - np.logaddexp.reduce(x, axis, keepdims=True), which is the logarithm of "
    "softmax, and np.exp of it",
    "scipy.special",
)
_refuse(
    "polygamma multigammaln",
    PLAIN,
    "use derivatives of scipy.special.psi (hb.grad), and sums of scipy.special.gammaln",
    "scipy.special",
)
_refuse(
    "linalg fft signal integrate interpolate optimize sparse stats ndimage",
    PLAIN,
    "use np.linalg, np.fft, np.convolve and np.interp, scipy.special for densities, or "
    "wrap it in a hubel.Gate with its own backward",
    "scipy",
)

# Methods of plain arrays, which do not ask what their arguments are.
_refuse(
    "ndarray",
    "a method of a plain array takes plain arguments alone",
    "use the function, as np.dot(a, x) in place of a.dot(x), or hb.array(a).dot(x)",
    "",
)
REFUSALS["ndarray[...]"] = Refusal(
    "the index of a plain array is not known to be a traced one",
    "use hb.array(a)[x], or pass the index as a static argument",
)
REFUSALS["ndarray[...] ="] = Refusal(
    "a plain array would have to hold a traced value",
    "start from hb.zeros(shape), hb.array(a) or np.zeros_like(x), and write into that",
)

# Methods of ufuncs.
_refuse(
    "reduce accumulate reduceat outer at",
    "this method of this ufunc has no gate",
    "use the function (np.sum, np.prod, np.cumsum, ...), np.expand_dims and the ufunc "
    "in place of outer, x[i] = f(x[i], y) in place of at (where no index comes twice), "
    "or a loop over slices",
    "ufunc",
)

# Attributes that plain arrays have and traced values have not.
_refuse(
    "item tolist",
    "Python numbers would lose the graph",
    "use x[()] or x.reshape(()) for the one element of an array, and x[i] for others",
    "traced",
)
_refuse(
    "flat",
    "it walks through memory",
    "use x.ravel() to read, x[...] to write",
    "traced",
)
_refuse(
    "base byteswap ctypes data flags getfield setfield setflags strides tobytes view",
    "a value of a graph has no memory before the graph runs",
    "use x.astype(dtype) to change the dtype, x.copy() for a copy",
    "traced",
)
_refuse("dump dumps tofile", "it writes the numbers to a file", AFTER, "traced")
_refuse(
    "resize",
    "an array of a graph keeps its shape",
    "use np.resize(x, shape), np.pad or x.reshape(shape)",
    "traced",
)
