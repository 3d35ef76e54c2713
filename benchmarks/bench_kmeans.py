"""How fast is k-means, beside scikit-learn and faiss?

50,000 rows of 144 numbers, 1,000 centroids, 25 iterations of Lloyd's algorithm from
the same start, one thread. Target: no slower than either at equal inertia. Peers with
``--peers``: scikit-learn and faiss-cpu.
"""

from __future__ import annotations

import statistics
import sys
import warnings

import numpy as np

import hubel as hb
from benchmarks._harness import Contestants, machine, repeating, take_turns, verdict
from hubel.features import hog, kmeans

COUNT, ITERATIONS = 1000, 25


def rows() -> np.ndarray:
    """Return histograms of gradients of images with edges, slopes and noise."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 240, (50_000, 8, 8)).astype(np.uint8)
    images = coarse.repeat(4, 1).repeat(4, 2) + rng.integers(0, 16, (32, 32), np.uint8)
    return hog(images)


def entries(data: np.ndarray, peers: bool) -> Contestants:
    """Return the contestants, each of which gives its inertia."""
    start = data[:COUNT].copy()
    limits = {"max_iter": ITERATIONS, "tol": 0}
    found: Contestants = {
        "hubel": lambda: kmeans(data, COUNT, init=start, **limits).inertia
    }
    if not peers:
        return found
    import faiss
    from sklearn.cluster import KMeans

    faiss.omp_set_num_threads(1)
    inner = {"n_init": 1, "algorithm": "lloyd", "copy_x": False, **limits}

    def by_faiss() -> float:
        most = len(data) // COUNT + 1
        settings = {"niter": ITERATIONS, "max_points_per_centroid": most}
        model = faiss.Kmeans(data.shape[1], COUNT, **settings)
        model.train(data, init_centroids=start)
        return float(model.index.search(data, 1)[0].sum(dtype=np.float64))

    found["scikit-learn"] = lambda: (
        KMeans(COUNT, init=start, **inner).fit(data).inertia_
    )
    found["faiss"] = by_faiss
    return found


def main() -> None:
    """Assert that all are as good, then race."""
    machine()
    warnings.simplefilter("ignore")  # 25 iterations are not enough to converge
    with hb.threads(1):
        contestants = entries(rows(), "--peers" in sys.argv)
        inertias = {name: run() for name, run in contestants.items()}
        print(", ".join(f"{name}: inertia {i:,.0f}" for name, i in inertias.items()))
        least = min(inertias.values())
        assert max(inertias.values()) < 1.001 * least
        runners = {name: repeating(run) for name, run in contestants.items()}
        times = take_turns(runners, rounds=2, target=0.1)
    middle = {name: statistics.median(each.process) for name, each in times.items()}
    for name, seconds in middle.items():
        print(f"  {name:16}{seconds:8.2f} s of the process")
    for name in list(middle)[1:]:
        verdict(f"to {name}", middle["hubel"] / middle[name], 1)


if __name__ == "__main__":
    main()
