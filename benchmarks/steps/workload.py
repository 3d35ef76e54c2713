"""The nets that are trained, their data and where they start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A net and how it is trained; a step takes the next batch of ``rows`` examples.

    ``loss`` is "softmax", "logistic", or "squares": half the squared distance of the
    sigmoid of the scores, summed. Parameters are flat: weight, bias, weight, bias.
    ``unrolled`` is how many steps one call takes of contestants that loop inside, and
    ``seed`` one whose first three steps keep every ReLU 1e-5 from its kink, where
    rounding would decide.
    """

    name: str
    sizes: tuple[int, ...]
    batch: int
    rows: int
    hidden: str = "relu"
    loss: str = "softmax"
    dtype: Any = np.float32
    biases: bool = True
    lr: float = 0.01
    momentum: float = 0.9
    l2: float = 1e-3
    unrolled: int
    seed: int = 0

    @property
    def title(self) -> str:
        """Name, net, batch and dtype in words."""
        net = "-".join(map(str, self.sizes))
        dtype = np.dtype(self.dtype).name
        return f"{self.name}: {net} {self.hidden} {self.loss}, {self.batch}, {dtype}"

    @property
    def stride(self) -> int:
        """How many arrays a layer has."""
        return 2 if self.biases else 1

    def weights(self, params: Any) -> Any:
        """Pick the weights from the parameters."""
        return params[:: self.stride]

    def start(self) -> list[Array]:
        """Return new arrays to start with, weights of shape (in, out)."""
        generator = np.random.default_rng((self.seed, 1))
        params: list[Array] = []
        for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            drawn = generator.normal(size=(fan_in, fan_out)) * (2 / fan_in) ** 0.5
            params.append(drawn.astype(self.dtype))
            if self.biases:
                params.append(np.zeros(fan_out, self.dtype))
        return params

    @cached_property
    def data(self) -> tuple[Array, Array]:
        """Inputs of shape (rows, in) and targets."""
        if self.loss == "squares":
            x = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
            return np.array(x, self.dtype), np.array([[0, 1, 1, 0]], self.dtype).T
        generator = np.random.default_rng((self.seed, 2))
        shape = (self.rows, self.sizes[0])
        x = generator.standard_normal(shape, dtype=np.float32).astype(self.dtype)
        if self.loss == "logistic":
            return x, (x[:, 0] * x[:, 1] > 0).astype(self.dtype)
        return x, generator.integers(0, self.sizes[-1], self.rows)

    @property
    def batches(self) -> list[tuple[Array, Array]]:
        """The data cut into batches, as views."""
        x, y = self.data
        starts = range(0, self.rows - self.batch + 1, self.batch)
        return [(x[i : i + self.batch], y[i : i + self.batch]) for i in starts]

    @cached_property
    def order(self) -> Array:
        """Rows in the order of a shuffled epoch; the first three batches are in place.

        So that three steps see the same examples, gathered or not.
        """
        fixed = min(3 * self.batch, self.rows)
        rest = np.random.default_rng((self.seed, 3)).permutation(
            np.arange(fixed, self.rows)
        )
        order = np.concatenate([np.arange(fixed), rest])
        whole = self.rows // self.batch * self.batch
        return order[:whole].reshape(-1, self.batch)


_LONG = {"rows": 10240, "unrolled": 10}
WORKLOADS = (
    Workload(name="W1-32", sizes=(3072, 100, 10), batch=32, rows=10240, unrolled=100),
    Workload(name="W1-200", sizes=(3072, 100, 10), batch=200, rows=10240, unrolled=20),
    Workload(name="W1-1024", sizes=(3072, 100, 10), batch=1024, seed=5, **_LONG),
    Workload(name="W2-128", sizes=(3072, 512, 256, 10), batch=128, seed=1, **_LONG),
    Workload(
        name="W3",
        sizes=(2, 6, 2, 2),
        batch=200,
        rows=200,
        hidden="tanh",
        lr=0.05,
        unrolled=1000,
    ),
    Workload(
        name="W3b",
        sizes=(2, 64, 64, 1),
        batch=32,
        rows=10240,
        hidden="tanh",
        lr=0.05,
        loss="logistic",
        unrolled=1000,
    ),
    Workload(
        name="W4",
        sizes=(3, 4, 1),
        batch=4,
        rows=4,
        hidden="sigmoid",
        loss="squares",
        dtype=np.float64,
        biases=False,
        lr=1.0,
        momentum=0.0,
        l2=0.0,
        unrolled=1000,
    ),
    Workload(name="W5", sizes=(3072, 10), batch=200, rows=10240, unrolled=100),
)
"""W4 is the lecture's net of 11 lines; W1 to W3 and W5 those of its assignments."""
