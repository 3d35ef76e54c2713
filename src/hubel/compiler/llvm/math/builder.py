"""Write straight-line LLVM text from expressions on values.

A `Value` stands for an LLVM value and overloads the operators; each operation appends
one line to the `Body` that it belongs to. No operation carries a fast-math flag, so
what is written is what is computed; where a product and a sum have to be rounded once
it says `fma`. Comparisons of floats are the ordered ones: false for NaN.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Real:
    """A floating-point type, its integer twin and its layout.

    Attributes
    ----------
    name, llvm, integer : str
        ``f32``, ``float``, ``i32``.
    fraction : int
        Bits of the fraction that are stored.
    bias : int
        What the stored exponent of 1 is.
    """

    name: str
    llvm: str
    integer: str
    fraction: int
    bias: int

    @property
    def magic(self) -> float:
        """Adding it rounds to an integer, found in the low bits of the sum."""
        return 1.5 * 2.0**self.fraction

    @property
    def least_normal(self) -> float:
        """The smallest number with full precision."""
        return 2.0 ** (1 - self.bias)


F32 = Real("f32", "float", "i32", 23, 127)
F64 = Real("f64", "double", "i64", 52, 1023)
REALS = {each.llvm: each for each in (F32, F64)}
_TWINS = {each.integer: each for each in (F32, F64)}


def literal(number: float, kind: str) -> str:
    """Write a number of a type: integers in decimal, floats by their exact bits."""
    if kind not in REALS:
        return str(int(number))
    if kind == "float":
        (number,) = struct.unpack("f", struct.pack("f", number))
    return f"0x{struct.pack('>d', number).hex().upper()}"


@dataclass(frozen=True, eq=False)
class Value:
    """An LLVM value in a body; operators append instructions."""

    body: Body
    kind: str
    text: str

    @property
    def real(self) -> Real:
        """The precision of a float, or of the float that an integer looks like."""
        return REALS.get(self.kind) or _TWINS[self.kind]

    def _binary(self, name: str, other: Value | float, *, flip: bool = False) -> Value:
        prefix = "f" if self.kind in REALS else ""
        right = self.body.lift(other, self.kind)
        a, b = (right, self) if flip else (self, right)
        line = f"{prefix}{name} {self.kind} {a.text}, {b.text}"
        return self.body.append(self.kind, line)

    def __add__(self, other: Value | float) -> Value:
        """Add."""
        return self._binary("add", other)

    def __sub__(self, other: Value | float) -> Value:
        """Subtract."""
        return self._binary("sub", other)

    def __mul__(self, other: Value | float) -> Value:
        """Multiply."""
        return self._binary("mul", other)

    def __truediv__(self, other: Value | float) -> Value:
        """Divide floats."""
        return self._binary("div", other)

    def __radd__(self, other: float) -> Value:
        """Add to a constant."""
        return self._binary("add", other, flip=True)

    def __rsub__(self, other: float) -> Value:
        """Subtract from a constant."""
        return self._binary("sub", other, flip=True)

    def __rmul__(self, other: float) -> Value:
        """Multiply a constant."""
        return self._binary("mul", other, flip=True)

    def __rtruediv__(self, other: float) -> Value:
        """Divide a constant."""
        return self._binary("div", other, flip=True)

    def __neg__(self) -> Value:
        """Change the sign of a float, of zero and NaN too."""
        return self.body.append(self.kind, f"fneg {self.kind} {self.text}")

    def _bitwise(self, name: str, other: Value | int) -> Value:
        right = self.body.lift(other, self.kind)
        return self.body.append(
            self.kind, f"{name} {self.kind} {self.text}, {right.text}"
        )

    def __and__(self, other: Value | int) -> Value:
        """Combine bits by and."""
        return self._bitwise("and", other)

    def __or__(self, other: Value | int) -> Value:
        """Combine bits by or."""
        return self._bitwise("or", other)

    def __xor__(self, other: Value | int) -> Value:
        """Combine bits by exclusive or."""
        return self._bitwise("xor", other)

    def __invert__(self) -> Value:
        """Change every bit."""
        return self._bitwise("xor", -1)

    def __lshift__(self, count: int) -> Value:
        """Shift bits to the left."""
        return self._bitwise("shl", count)

    def __rshift__(self, count: int) -> Value:
        """Shift bits to the right, keeping the sign."""
        return self._bitwise("ashr", count)

    def _compare(self, relation: str, other: Value | float) -> Value:
        float_word = {"ne": "une"}.get(relation, f"o{relation}")
        int_word = relation if relation in ("eq", "ne") else f"s{relation}"
        real = self.kind in REALS
        word = f"fcmp {float_word}" if real else f"icmp {int_word}"
        right = self.body.lift(other, self.kind)
        return self.body.append("i1", f"{word} {self.kind} {self.text}, {right.text}")

    def __lt__(self, other: Value | float) -> Value:
        """Ask whether this is less."""
        return self._compare("lt", other)

    def __le__(self, other: Value | float) -> Value:
        """Ask whether this is less or equal."""
        return self._compare("le", other)

    def __gt__(self, other: Value | float) -> Value:
        """Ask whether this is greater."""
        return self._compare("gt", other)

    def __ge__(self, other: Value | float) -> Value:
        """Ask whether this is greater or equal."""
        return self._compare("ge", other)

    def equals(self, other: Value | float) -> Value:
        """Ask whether both are equal."""
        return self._compare("eq", other)

    def differs(self, other: Value | float) -> Value:
        """Ask whether they are not equal: true if one is NaN."""
        return self._compare("ne", other)

    def __abs__(self) -> Value:
        """Drop the sign."""
        return self.body.intrinsic("fabs", self)

    def bits(self) -> Value:
        """Look at a float as an integer of its size."""
        return self._convert("bitcast", self.real.integer)

    def float_bits(self) -> Value:
        """Look at an integer as a float of its size."""
        return self._convert("bitcast", self.real.llvm)

    def to_real(self, kind: str) -> Value:
        """Convert a small integer, or a float to the other precision."""
        if self.kind not in REALS:
            return self._convert("sitofp", kind)
        if self.kind == kind:
            return self
        return self._convert("fpext" if kind == "double" else "fptrunc", kind)

    def divided(self, count: int) -> Value:
        """Divide a non-negative integer by a constant."""
        return self._bitwise("udiv", count)

    def shifted_down(self, count: int) -> Value:
        """Shift bits to the right; zeros follow."""
        return self._bitwise("lshr", count)

    def resized(self, kind: str) -> Value:
        """Convert a non-negative integer to another size."""
        return self._convert("zext" if kind == "i64" else "trunc", kind)

    def _convert(self, how: str, kind: str) -> Value:
        return self.body.append(kind, f"{how} {self.kind} {self.text} to {kind}")


@dataclass
class Body:
    """The lines of one function, and the declarations and tables that they need."""

    real: Real
    lines: list[str] = field(default_factory=list[str])
    needs: set[str] = field(default_factory=set[str])
    tables: dict[str, str] = field(default_factory=dict[str, str])

    def append(self, kind: str, instruction: str) -> Value:
        """Append an instruction and return its value."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {instruction}")
        return Value(self, kind, name)

    def lift(self, value: Value | float, kind: str) -> Value:
        """Turn a number into a constant of a type; leave values alone."""
        if isinstance(value, Value):
            return value
        return Value(self, kind, literal(value, kind))

    def constant(self, number: float) -> Value:
        """Return a constant of the function's own precision."""
        return self.lift(number, self.real.llvm)

    def intrinsic(self, name: str, *args: Value | float) -> Value:
        """Call an LLVM intrinsic on floats of one precision."""
        kind = next(a.kind for a in args if isinstance(a, Value))
        full = f"@llvm.{name}.{REALS[kind].name}"
        types = ", ".join([kind] * len(args))
        self.needs.add(f"declare {kind} {full}({types})")
        given = ", ".join(f"{kind} {self.lift(a, kind).text}" for a in args)
        return self.append(kind, f"call {kind} {full}({given})")

    def fma(self, x: Value, y: Value | float, z: Value | float) -> Value:
        """Return x * y + z, rounded once."""
        return self.intrinsic("fma", x, y, z)

    def multiply_add(self, x: Value, y: Value | float, z: Value | float) -> Value:
        """Return x * y + z, rounded once where that is one instruction."""
        return self.intrinsic("fmuladd", x, y, z)

    def larger(self, x: Value, y: Value) -> Value:
        """Return the larger of two floats; either if one is NaN."""
        return self.select(x > y, x, y)

    def sqrt(self, x: Value) -> Value:
        """Return the square root."""
        return self.intrinsic("sqrt", x)

    def copysign(self, x: Value | float, sign: Value) -> Value:
        """Return x with the sign of the other."""
        return self.intrinsic("copysign", self.lift(x, sign.kind), sign)

    def select(self, condition: Value, yes: Value | float, no: Value | float) -> Value:
        """Return one of two values; both are computed. One may be a number."""
        kind = next((v.kind for v in (yes, no) if isinstance(v, Value)), self.real.llvm)
        a, b = self.lift(yes, kind).text, self.lift(no, kind).text
        return self.append(kind, f"select i1 {condition.text}, {kind} {a}, {kind} {b}")

    def horner(self, x: Value, coefficients: Sequence[float]) -> Value:
        """Evaluate a polynomial whose constant term comes first."""
        found = self.lift(coefficients[-1], x.kind)
        for c in coefficients[-2::-1]:
            found = self.multiply_add(x, found, c)
        return found

    def element(self, name: str, table: Sequence[float], index: Value) -> Value:
        """Load from a table of doubles, which becomes a global constant."""
        size = f"[{len(table)} x double]"
        values = ", ".join(f"double {literal(each, 'double')}" for each in table)
        symbol = f"@hubel.{name}"
        self.tables[name] = (
            f"{symbol} = internal constant {size} [{values}], align 64\n"
        )
        address = self.append(
            "ptr",
            f"getelementptr inbounds {size}, ptr {symbol}, i64 0, i64 {index.text}",
        )
        return self.append("double", f"load double, ptr {address.text}, align 8")

    def define(self, name: str, args: Sequence[str], result: Value) -> str:
        """Write the function with these lines."""
        kind = self.real.llvm
        given = ", ".join(f"{kind} {each}" for each in args)
        head = f"define internal {kind} @hubel.{name}.{self.real.name}({given})"
        lines = [*self.lines, f"ret {kind} {result.text}"]
        body = "\n".join(f"  {line}" for line in lines)
        return f"{head} alwaysinline nounwind {{\n{body}\n}}\n"
