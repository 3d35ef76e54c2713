"""Many threads, processes and machines."""

from hubel.scale._threads import blas_threads, threads

__all__ = ["blas_threads", "threads"]
