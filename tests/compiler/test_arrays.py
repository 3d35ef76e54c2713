"""Native code reads array objects: its answers are NumPy's, in both ways."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

pytest.importorskip("llvmlite", minversion="0.46")

from hubel.compiler.llvm import arrays, jit
from hubel.compiler.llvm.arrays import Control, Records

MODULE = (
    arrays.TEXT
    + """
@control = global [3 x i64] zeroinitializer
@shape = constant [2 x i64] [i64 2, i64 3]

define ptr @data(i64 %object) {
  %data = call ptr @hubel.data(i64 %object)
  ret ptr %data
}

define i32 @usable(i64 %object, i32 %writes) {
  %flag = trunc i32 %writes to i1
  %usable = call i1 @hubel.usable(i64 %object, i1 %flag)
  %answer = zext i1 %usable to i32
  ret i32 %answer
}

define i32 @is_array(i64 %object, i64 %type, i64 %dtype) {
  %same = call i1 @hubel.is_array(i64 %object, i64 %type, i64 %dtype, i32 2, ptr @shape)
  %answer = zext i1 %same to i32
  ret i32 %answer
}

define i64 @scale() {
  %array.object = load i64, ptr @control
  %rate.place = getelementptr i64, ptr @control, i64 1
  %rate = load double, ptr %rate.place
  %count.place = getelementptr i64, ptr @control, i64 2
  %count = load i64, ptr %count.place
  %data = call ptr @hubel.data(i64 %array.object)
  br label %loop
loop:
  %i = phi i64 [ 0, %0 ], [ %next, %loop ]
  %place = getelementptr double, ptr %data, i64 %i
  %x = load double, ptr %place
  %y = fmul double %x, %rate
  store double %y, ptr %place
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %loop, label %end
end:
  ret i64 %count
}
"""
)


@pytest.fixture(scope="module")
def module() -> jit.Loaded:
    return jit.compile_module(MODULE, verify=True)


@pytest.fixture(params=["objects", "records"])
def handle(request):
    return id if request.param == "objects" else Records()


def _function(module, name, result, *arguments):
    function = ctypes.CFUNCTYPE(result, *arguments)(module.address(name))
    function.owner = module
    return function


def _samples():
    plain = np.arange(24.0).reshape(4, 6)
    locked = np.zeros(3, np.int8)
    locked.flags.writeable = False
    crooked = np.zeros(17, np.uint8)[1:].view(np.float64)
    return [
        plain,
        plain[1:],
        plain[:, 1:],
        plain.T,
        plain[::-1],
        locked,
        crooked,
        np.array(3.0),
        np.zeros((0, 4)),
        np.zeros((2,) * 20, np.bool_),
    ]


def test_this_machine_reads_objects():
    assert arrays.array_handle() is id


@pytest.mark.parametrize("index", range(len(_samples())))
def test_data_and_use_are_numpys(module, handle, index):
    array = _samples()[index]
    place = handle(array)
    data = _function(module, "data", ctypes.c_void_p, ctypes.c_int64)
    usable = _function(module, "usable", ctypes.c_int, ctypes.c_int64, ctypes.c_int)
    assert data(place) == array.ctypes.data
    flags = array.flags
    reads = flags.c_contiguous and flags.aligned
    assert usable(place, 0) == reads
    assert usable(place, 1) == (reads and flags.writeable)


def test_only_the_array_that_is_meant_is_taken(module, handle):
    ask = _function(module, "is_array", ctypes.c_int, *([ctypes.c_int64] * 3))
    kind, dtype = arrays.array_type(), arrays.dtype_address(np.dtype(np.float32))
    right = np.zeros((2, 3), np.float32)
    assert ask(handle(right), kind, dtype) == 1
    assert ask(handle(right[:, ::-1]), kind, dtype) == 1
    for wrong in (
        np.zeros((2, 3)),
        np.zeros((2, 3), np.int32),
        np.zeros((3, 2), np.float32),
        np.zeros((2, 3, 1), np.float32),
        np.zeros(2, np.float32),
        right.astype(">f4"),
        np.ma.masked_array(right),
    ):
        assert ask(handle(wrong), kind, dtype) == 0


def test_any_object_may_be_asked(module):
    ask = _function(module, "is_array", ctypes.c_int, *([ctypes.c_int64] * 3))
    kind, dtype = arrays.array_type(), arrays.dtype_address(np.dtype(np.float32))
    for other in (1.5, None, "text", [1.0], np.float32(2)):
        assert ask(id(other), kind, dtype) == 0


@pytest.mark.parametrize("rate", [0.5, np.float32(0.5), np.float64(0.5)])
def test_a_control_block_brings_arrays_and_numbers(module, rate):
    control = Control.of(module, "control", 1, "dq")
    scale = module.entry("scale", keep_gil=True)
    array = np.arange(5.0)
    control.put([array], rate, np.int32(4))
    assert scale() == 4
    assert array.tolist() == [0.0, 0.5, 1.0, 1.5, 4.0]


def test_records_serve_a_control_block(module):
    memory = Control.of(module, "control", 1, "dq").memory
    control = Control(memory, 1, "dq", Records())
    array = np.arange(4.0)
    control.put([array], 2, 4)
    module.entry("scale")()
    assert array.tolist() == [0.0, 2.0, 4.0, 6.0]


def test_a_wrong_number_of_arguments_is_an_error(module):
    control = Control.of(module, "control", 1, "dq")
    with pytest.raises(Exception, match="expected 3"):
        control.put([np.zeros(3)], 1.0)


@pytest.mark.parametrize("field", ["DATA", "RANK", "DTYPE", "FLAGS", "TYPE"])
def test_another_layout_is_noticed(monkeypatch, field):
    monkeypatch.setattr(arrays, field, arrays.HEAD + 16)
    arrays.array_handle.cache_clear()
    try:
        assert isinstance(arrays.array_handle(), Records)
    finally:
        monkeypatch.undo()
        arrays.array_handle.cache_clear()
