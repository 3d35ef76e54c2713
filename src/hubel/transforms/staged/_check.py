"""Check hand-written staged backward code against the graph of its forward code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hubel.errors import DifferentiationError, OptionError
from hubel.transforms.staged._call import Setting, setting
from hubel.transforms.staged._case import Handed, Sheet
from hubel.transforms.staged._differences import check_by_differences
from hubel.transforms.staged._exercise import (
    Recorded,
    Written,
    record,
    write,
)
from hubel.transforms.staged._judge import Judge
from hubel.transforms.staged._names import stage_of
from hubel.transforms.staged._numbers import Numbers
from hubel.transforms.staged._report import StagedReport
from hubel.transforms.staged._watch import Version

ARRAY: Any = np.ndarray


def check_staged(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    params: dict[str, Any] | None = None,
    rtol: float = 1e-6,
    raise_on_error: bool = False,
) -> StagedReport:
    """Check hand-written backward code stage by stage, and say what is wrong with it.

    The code is run as it is, once on plain arrays, in float64. The forward part is run
    again on traced values, which gives the graph and the gradient of every stage. Each
    gradient of the student's is compared with the graph's own gradient of the stage,
    and with what it should be given the gradients nearer to the loss: what only
    follows from an earlier mistake is told from a new one.

    Parameters
    ----------
    forward : callable
        Returns the loss, or ``(loss, stages)`` with a dict of named intermediates (or
        anything else that ``backward`` takes), or, if it goes on to the gradients
        itself, ``(loss, grads)``. Intermediates that are local variables of ``forward``
        are stages under their own names. Where there is no scalar loss, as in
        ``out, cache = affine_forward(x, w, b)``, a random upstream gradient is used.
    backward : callable, mapping or None
        Returns gradients as a dict, by the name of the stage with or without a leading
        ``d``; its local variables ``dscores``, ``dhidden``, ... are gradients too. It
        gets inputs and stages that it asks for by name, and what ``forward`` returned
        beside the loss as the one other parameter (``backward(dout, cache)`` gets the
        upstream gradient first). Or it is the dict of gradients itself. None if
        ``forward`` does both.
    inputs : mapping or sequence
        The arguments of ``forward``.
    params : dict, optional
        Parameters that ``forward`` reads from a dict and not from its arguments; for a
        method of an object with a dict ``params``, that one.
    rtol : float
        Allowed error, relative to the largest element of a gradient.
    raise_on_error : bool
        Whether to raise the first mistake.

    Returns
    -------
    StagedReport
        ``ok``, ``first`` (the first wrong stage in backward order), ``stages``; its
        text is the report.

    Raises
    ------
    DifferentiationError
        If ``raise_on_error`` and a gradient is wrong; or if the graph's own gradient
        disagrees with central differences, as after a wrong ``hb.Gate``.
    OptionError
        If there is no loss or no gradient to be found, or a name belongs to no stage.
    TraceError
        If the forward code does what cannot be traced.

    Notes
    -----
    At an exact tie (ReLU at 0, equal maxima) every subgradient is right. A variable
    may go on to hold the gradient of what its stage was computed from, as in
    ``dhidden[hidden <= 0] = 0``.

    Examples
    --------
    >>> def net(X, W1, W2):
    ...     hidden = np.maximum(0, X @ W1)
    ...     loss = ((hidden @ W2) ** 2).sum()
    ...     dscores = 2 * (hidden @ W2)
    ...     dW2 = hidden.T @ dscores
    ...     dhidden = dscores @ W2.T
    ...     dW1 = X.T @ dhidden
    ...     return loss, {"W1": dW1, "W2": dW2}
    >>> X = np.array([[1.0, 2.0], [-1.0, 1.0]])
    >>> W1, W2 = np.array([[1.0, -1.0], [0.5, 1.0]]), np.array([[1.0], [2.0]])
    >>> report = check_staged(net, inputs={"X": X, "W1": W1, "W2": W2})
    >>> report.first.name, report.first.how[:28]
    ('dW1', 'lacks the mask of maximum at')
    """
    use = setting(forward, inputs, params)
    own = params if params is not None else _own(forward, use)
    written = write(forward, backward, use, own)
    recorded = record(forward, use, own, written)
    sheet = _sheet(written, recorded, use, rtol)
    circuit = sheet.circuit
    stages = {node: each.stage for each in sheet.handed for node in each.nodes}
    check_by_differences(circuit, circuit.gradients(), stages)
    report = StagedReport(tuple(Judge(sheet).stages()))
    if raise_on_error and not report.ok:
        raise DifferentiationError(str(report))
    return report


def _own(forward: Callable[..., Any], use: Setting) -> dict[str, Any] | None:
    """Return the dict of parameters of a method's object, if it is used."""
    if use.params is None:
        return None
    return getattr(getattr(forward, "__self__", None), "params", None)


def _sheet(written: Written, recorded: Recorded, use: Setting, rtol: float) -> Sheet:
    """Put together what is compared with what."""
    named = use.named()
    arrays = {n: [Version(v, None)] for n, v in named.items() if _is_float(v)}
    handed = _handed(written, recorded, use)
    gradients = {each.label for each in handed}
    for name, versions in written.names.items():
        if name not in gradients:
            arrays[name] = [*arrays.get(name, []), *versions]
    numbers = Numbers(named, recorded.stages)
    labels = {
        name: value
        for name, value in named.items()
        if isinstance(value, ARRAY) and value.dtype.kind in "iu"
    }
    if not handed:
        raise OptionError(
            f"no gradient of {', '.join(recorded.stages)} was found",
            remedy="return a dict of gradients by name, or call local variables dW1, "
            "dscores, ... after what they are the gradient of",
        )
    return Sheet(
        recorded.circuit, handed, recorded.stages, arrays, labels, numbers, rtol
    )


def _is_float(value: Any) -> bool:
    return isinstance(value, ARRAY) and value.dtype.kind == "f"


def _handed(written: Written, recorded: Recorded, use: Setting) -> list[Handed]:
    """Pair the student's gradients with the stages that they are gradients of."""
    stages = recorded.stages
    found: dict[str, Handed] = {}
    for name, versions in written.names.items():
        stage = stage_of(name, stages)
        if stage is not None:
            found[stage] = Handed(name, stage, stages[stage], versions)
    returned: set[str] = set()
    for name, versions in written.gradients.items():
        stage = name if name in stages else stage_of(name, stages)
        if stage is None:
            raise OptionError(
                f"a gradient is called {name!r}, which belongs to no stage",
                remedy=f"the stages are {', '.join(stages)}",
            )
        returned.add(stage)
        label = name if name != stage else f"d{stage}"
        first = found.get(stage) or Handed(label, stage, stages[stage], [])
        found[stage] = replace(first, versions=_joined(first.versions, versions))
    expected = set(use.params or {}) & set(stages)
    for name in sorted(expected - (returned or set(found))):
        found[name] = Handed(f"d{name}", name, stages[name], [])
    return list(found.values())


def _joined(local: list[Version], returned: list[Version]) -> list[Version]:
    """Put what came back after what a local variable held, unless it is the same."""
    last = local[-1].value if local else None
    same = last is not None and np.array_equal(last, returned[-1].value)
    return local if same and returned[-1].line is None else [*local, *returned]
