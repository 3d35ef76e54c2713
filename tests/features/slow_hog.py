"""The 31 numbers of a cell, pixel by pixel, as the paper and its programs say them.

Felzenszwalb et al. (2010), section 6, with the bilinear votes, the border and the
energies of the program that came with it.
"""

from __future__ import annotations

import math

import numpy as np


def gradient(image, y, x):
    """Return the gradient of the channel in which it is longest."""
    found = [
        (
            float(image[y, x + 1, k] - image[y, x - 1, k]),
            float(image[y + 1, x, k] - image[y - 1, x, k]),
        )
        for k in range(image.shape[2])
    ]
    return max(found, key=lambda g: g[0] ** 2 + g[1] ** 2)


def cells_of(image, cell):
    """Return the votes (rows, columns, 18) of a float image."""
    height, width, _ = image.shape
    cells = np.zeros((height // cell, width // cell, 18))
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            gx, gy = gradient(image, y, x)
            angle = 2 * math.pi * np.arange(18) / 18
            best = int(np.argmax(gx * np.cos(angle) + gy * np.sin(angle)))
            top, left = (y + 0.5) / cell - 0.5, (x + 0.5) / cell - 0.5
            for i in range(cells.shape[0]):
                for j in range(cells.shape[1]):
                    near = max(1 - abs(top - i), 0) * max(1 - abs(left - j), 0)
                    cells[i, j, best] += near * math.hypot(gx, gy)
    return cells


def uoctti(image, cell=8):
    """Return the numbers (rows, columns, 31) of a float image from 0 to 255."""
    cells = cells_of(image, cell)
    rows, columns, _ = cells.shape
    both = cells[..., :9] + cells[..., 9:]
    energy = (both**2).sum(-1)
    found = np.zeros((rows, columns, 31))
    for i in range(rows):
        for j in range(columns):
            for block, (u, v) in enumerate(((-1, -1), (-1, 1), (1, -1), (1, 1))):
                square = sum(
                    energy[min(max(p, 0), rows - 1), min(max(q, 0), columns - 1)]
                    for p in (i, i + u)
                    for q in (j, j + v)
                )
                every = np.append(cells[i, j], both[i, j]) / math.sqrt(square + 1e-4)
                every = np.minimum(every, 0.2)
                found[i, j, :27] += every / 2
                found[i, j, 27 + block] = every[18:].sum() / math.sqrt(18)
    return found
