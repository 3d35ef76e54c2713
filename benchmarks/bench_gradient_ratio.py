"""How many times the function does its gradient cost, compiled, by the clock?

Targets: value and gradient at most 2.5 times the value on a 3072-100-10 net, at most 3
times on the log-likelihood of a Gaussian mixture (d = 20, k = 25, n = 1000); a
Hessian-vector product at most 8 times. Peers with ``--peers``: JAX, PyTorch.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict
from hubel import nn

RNG = np.random.default_rng(0)


def net_loss(params, x, labels):
    """Average the softmax loss of a 2-layer net."""
    w1, b1, w2, b2 = params
    hidden = np.maximum(0, x @ w1 + b1)
    return nn.softmax_cross_entropy(hidden @ w2 + b2, labels)


def mixture(params, x):
    """Give the log-likelihood of a Gaussian mixture with full covariances.

    The inverse square roots are lower triangular: exponentials on the diagonal, as in
    the GMM problem of ADBench (Srajer, Kukelova and Fitzgibbon, 2018).
    """
    alphas, means, diagonals, lower = params
    q = np.exp(diagonals)
    shifted = x[:, None, :] - means  # (n, k, d)
    rows = np.matmul(lower, np.moveaxis(shifted, 0, -1))  # (k, d, n)
    scaled = q * shifted + np.moveaxis(rows, -1, 0)
    inner = alphas + diagonals.sum(axis=1) - 0.5 * (scaled**2).sum(axis=-1)
    top = np.max(inner, axis=1, keepdims=True)
    lse = np.log(np.exp(inner - top).sum(axis=1)) + top[:, 0]
    total = np.log(np.exp(alphas - np.max(alphas)).sum()) + np.max(alphas)
    return lse.sum() - len(x) * total


def check(f, params, *rest) -> None:
    """Compare the gradient with central differences along a direction."""
    wide = tuple(np.asarray(p, np.float64) for p in params)
    rest = tuple(r.astype(float) if r.dtype.kind == "f" else r for r in rest)
    t = tuple(RNG.normal(size=p.shape) for p in wide)
    gradient = hb.grad(f)(wide, *rest)
    slope = sum((g * d).sum() for g, d in zip(gradient, t, strict=True))
    ahead, behind = (
        f(tuple(p + s * d for p, d in zip(wide, t, strict=True)), *rest)
        for s in (1e-8, -1e-8)
    )
    np.testing.assert_allclose(slope, (ahead - behind) / 2e-8, rtol=1e-3)


def contest(name, f, params, rest, limit) -> None:
    """Race value, value and gradient, and Hessian-vector product."""
    check(f, params, *rest)
    value, both = hb.compile(f), hb.compile(hb.value_and_grad(f))
    t = tuple(np.ones_like(p) for p in params)

    def product(params, t, *rest):
        return hb.jvp(lambda p: hb.grad(f)(p, *rest), (params,), (t,))[1]

    second = hb.compile(product)
    contestants = {
        "value": lambda: value(params, *rest),
        "value and gradient": lambda: both(params, *rest),
        "Hessian times vector": lambda: second(params, t, *rest),
    }
    ratios = race(name, contestants, rounds=15, target=0.05)
    verdict("gradient", ratios["value and gradient"], limit)
    verdict("Hessian times vector", ratios["Hessian times vector"], 8.0)


def jax_mixture(params, x) -> None:
    """Race JAX's value and gradient of the mixture in the same run."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(params, x):
        alphas, means, diagonals, lower = params
        shifted = x[:, None, :] - means
        rows = jnp.matmul(lower, jnp.moveaxis(shifted, 0, -1))
        scaled = jnp.exp(diagonals) * shifted + jnp.moveaxis(rows, -1, 0)
        inner = alphas + diagonals.sum(1) - 0.5 * (scaled**2).sum(-1)
        lse = jax.scipy.special.logsumexp(inner, axis=1)
        return lse.sum() - len(x) * jax.scipy.special.logsumexp(alphas)

    value, both = jax.jit(loss), jax.jit(jax.value_and_grad(loss))
    ours = hb.compile(hb.value_and_grad(mixture))
    for a, b in zip(both(params, x)[1], ours(params, x)[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8)
    contestants = {
        "hubel value and gradient": lambda: ours(params, x),
        **torch_mixture(params, x, ours(params, x)[1]),
        "JAX value": lambda: value(params, x).block_until_ready(),
        "JAX value and gradient": lambda: both(params, x)[0].block_until_ready(),
    }
    race("the mixture beside JAX and PyTorch", contestants, rounds=15, target=0.05)


def torch_mixture(params, x, expected) -> dict[str, Callable[[], object]]:
    """Write the mixture for PyTorch, where it is installed, and check it."""
    try:
        import torch
    except ImportError as missing:
        print(missing)
        return {}
    torch.set_num_threads(1)

    def loss(params, x):
        alphas, means, diagonals, lower = params
        shifted = x[:, None, :] - means
        rows = torch.matmul(lower, torch.movedim(shifted, 0, -1))
        scaled = torch.exp(diagonals) * shifted + torch.movedim(rows, -1, 0)
        inner = alphas + diagonals.sum(1) - 0.5 * (scaled**2).sum(-1)
        lse = torch.logsumexp(inner, 1)
        return lse.sum() - len(x) * torch.logsumexp(alphas, 0)

    leaves = [torch.tensor(p, requires_grad=True) for p in params]
    points = torch.from_numpy(x)

    def both():
        return torch.autograd.grad(loss(leaves, points), leaves)

    for a, b in zip(both(), expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8)
    return {"torch value and gradient": both}


def main() -> None:
    """Race on both problems."""
    machine()
    sizes = ((3072, 100), (100,), (100, 10), (10,))
    params = tuple(RNG.normal(size=s).astype(np.float32) * 0.01 for s in sizes)
    x = RNG.normal(size=(200, 3072)).astype(np.float32)
    labels = RNG.integers(0, 10, 200)
    contest("3072-100-10, batch 200", net_loss, params, (x, labels), 2.5)
    d, k, n = 20, 25, 1000
    lower = np.tril(RNG.normal(size=(k, d, d)) * 0.1, -1)
    shapes = ((k,), (k, d), (k, d))
    mix = (*(RNG.normal(size=s) * 0.3 for s in shapes), lower)
    points = RNG.normal(size=(n, d))
    contest(f"Gaussian mixture d={d} k={k} n={n}", mixture, mix, (points,), 3.0)
    if "--peers" in sys.argv:
        jax_mixture(mix, points)


if __name__ == "__main__":
    main()
