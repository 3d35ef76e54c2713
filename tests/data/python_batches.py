"""Files of CIFAR-10's python version, built opcode by opcode as Python 2 wrote them.

Python 3 cannot write these: it has no `SHORT_BINSTRING`. That the layout is the true
one is shown by the MD5 of the official ``batches.meta``, which `meta` gives, and by
what the standard library reads back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()


class Writer:
    """Bytes of protocol 2, numbering what it memoises from 1 as cPickle did."""

    def __init__(self) -> None:
        self.data = bytearray(b"\x80\x02")
        self.memoised = 0

    def put(self, opcodes: bytes, *, memoise: bool = False) -> None:
        """Append opcodes, and a memo opcode where one belongs."""
        self.data += opcodes
        if not memoise:
            return
        self.memoised += 1
        small = self.memoised < 256
        width = 1 if small else 4
        self.data += (b"q" if small else b"r") + self.memoised.to_bytes(width, "little")

    def string(self, text: bytes) -> None:
        """Append a string of Python 2."""
        if len(text) < 256:
            self.put(b"U" + bytes([len(text)]) + text, memoise=True)
        else:
            self.put(b"T" + len(text).to_bytes(4, "little") + text, memoise=True)

    def number(self, number: int) -> None:
        """Append a whole number."""
        if 0 <= number < 256:
            self.put(b"K" + bytes([number]))
        elif 0 <= number < 65536:
            self.put(b"M" + number.to_bytes(2, "little"))
        else:
            self.put(b"J" + number.to_bytes(4, "little", signed=True))

    def strings(self, texts: list[bytes]) -> None:
        """Append a list of strings."""
        self.put(b"]", memoise=True)
        self.put(b"(")
        for text in texts:
            self.string(text)
        self.put(b"e")

    def numbers(self, numbers: list[int]) -> None:
        """Append a list of whole numbers, a thousand to an APPENDS."""
        self.put(b"]", memoise=True)
        for start in range(0, len(numbers), 1000):
            self.put(b"(")
            for number in numbers[start : start + 1000]:
                self.number(number)
            self.put(b"e")

    def array(self, array: NDArray[np.uint8]) -> None:
        """Append a uint8 array as NumPy's `__reduce__` of that time described it."""
        self.put(b"cnumpy.core.multiarray\n_reconstruct\n", memoise=True)
        self.put(b"cnumpy\nndarray\n", memoise=True)
        self.put(b"K\x00\x85", memoise=True)
        self.string(b"b")
        self.put(b"\x87", memoise=True)
        self.put(b"R", memoise=True)
        self.put(b"(K\x01")
        for size in array.shape:
            self.number(size)
        self.put(b"\x86", memoise=True)
        self._dtype()
        self.put(b"\x89")
        self.string(array.tobytes())
        self.put(b"tb")

    def _dtype(self) -> None:
        """Append the dtype uint8."""
        self.put(b"cnumpy\ndtype\n", memoise=True)
        self.string(b"u1")
        self.put(b"K\x00K\x01\x87", memoise=True)
        self.put(b"R", memoise=True)
        self.put(b"(K\x03")
        self.string(b"|")
        self.put(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb")


def batch(planes: NDArray[np.uint8], labels: list[int]) -> bytes:
    """Return a batch file."""
    writer = Writer()
    writer.put(b"}", memoise=True)
    writer.put(b"(")
    writer.string(b"batch_label")
    writer.string(b"training batch 1 of 5")
    writer.string(b"labels")
    writer.numbers(labels)
    writer.string(b"data")
    writer.array(planes)
    writer.string(b"filenames")
    writer.strings([b"frog_s_%06d.png" % number for number in range(len(labels))])
    writer.put(b"u.")
    return bytes(writer.data)


def meta(names: list[str] = CLASSES) -> bytes:
    """Return a ``batches.meta``."""
    writer = Writer()
    writer.put(b"}", memoise=True)
    writer.put(b"(")
    writer.string(b"num_cases_per_batch")
    writer.number(10_000)
    writer.string(b"label_names")
    writer.strings([name.encode() for name in names])
    writer.string(b"num_vis")
    writer.number(3072)
    writer.put(b"u.")
    return bytes(writer.data)


def sample(count: int, seed: int = 0) -> tuple[NDArray[np.uint8], list[int]]:
    """Return random planes and labels."""
    rng = np.random.default_rng(seed)
    planes = rng.integers(0, 256, (count, 3072), np.uint8)
    return planes, rng.integers(0, 10, count).tolist()
