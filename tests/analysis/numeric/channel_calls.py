"""Calls of TensorFlow's ops whose bounds are told apart by channel, and the bench that runs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from logitcheck.analysis.interval import Interval
from logitcheck.analysis.numeric.interpret import RangeInterpreter
from logitcheck.analysis.numeric.stored import Stored
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Graph, Node, Ref

Array = np.ndarray[Any, Any]


class Boxes:
    """Numbers whose last axis has an interval for each entry."""

    def __init__(self, shape: tuple[int, ...], low: Sequence[float] | float, high: Sequence[float] | float):
        self.shape = shape
        self.low = np.broadcast_to(np.asarray(low, "float32"), shape[-1:]).astype("float64")
        self.high = np.broadcast_to(np.asarray(high, "float32"), shape[-1:]).astype("float64")

    def tensor(self) -> Tensor:
        span = Interval(float(self.low.min()), float(self.high.max()))
        return Tensor(
            self.shape, "float32", span, may_nan=False, may_inf=False, channels=(self.low, self.high)
        )

    def sample(self, random: np.random.Generator) -> Array:
        """Numbers inside, many of them at an end."""
        share = random.choice([0.0, 1.0, random.random()], self.shape)
        return (self.low + share * (self.high - self.low)).astype("float32")


Argument = Boxes | Array
Call = tuple[str, list[Argument], dict[str, Any]]

RANDOM = np.random.default_rng(7)


def kernel(*shape: int) -> Array:
    return RANDOM.normal(size=shape).astype("float32")


def i(*numbers: int) -> Array:
    return np.array(numbers, "int32")


LOW, HIGH = [-3.0, -1.0, 0.25, -0.5], [-2.0, 1.5, 0.75, 4.0]
X = Boxes((3, 4), LOW, HIGH)
Y = Boxes((3, 4), [0.5, -2.0, 1.0, 0.0], [1.0, -1.0, 1.0, 3.0])
ABOVE = Boxes((3, 4), [0.1, 0.5, 1.0, 2.0], [0.2, 0.75, 1.0, 9.0])
APART = Boxes((3, 4), [-2.0, 0.5, 1.0, -4.0], [-1.0, 0.75, 1.0, -2.0])
IMAGE = Boxes((2, 5, 5, 4), LOW, HIGH)
VOLUME = Boxes((1, 4, 4, 4, 2), [-1.0, 0.5], [0.5, 2.0])
VECTOR = np.array([0.5, -2.0, 1.0, 0.1], "float32")
STRIDES: dict[str, Any] = {"strides": (1, 1, 1, 1)}
POOL: dict[str, Any] = {"ksize": (1, 2, 2, 1), "strides": (1, 2, 2, 1)}
VALUE = np.asarray([0.3, 2.0, 1.0, 0.5], "float32")

CUBE = Boxes((2, 3, 4), LOW, HIGH)
EINSUMS = {
    "abc,cd->abd": (4, 5),
    "abc,dc->abd": (5, 4),
    "abc,cde->abde": (4, 2, 3),
    "abc,cde->abed": (4, 2, 3),
    "abc,bcd->ad": (3, 4, 5),
    "abc,bd->adc": (3, 5),
    "...c,cd->...d": (4, 5),
    "abc,bc->a": (3, 4),
}

RISING = "Atan Ceil Elu Exp Expm1 Floor LeakyRelu Neg Relu Relu6 Selu Sigmoid Sinh Softplus Softsign Tanh"


def calls() -> list[Call]:
    """Every op that has a rule, with the forms it comes in."""
    found: list[Call] = [
        (op, [X], {}) for op in (RISING + " Abs Square Identity StopGradient Softmax").split()
    ]
    found += [(op, [ABOVE], {}) for op in ["Log", "Log1p", "Sqrt", "Rsqrt", "Reciprocal"]]
    for op in ("Add", "AddV2", "Sub", "Mul", "Maximum", "Minimum"):
        found += [(op, [X, Y], {}), (op, [X, VECTOR], {}), (op, [VECTOR, X], {}), (op, [X, VECTOR[:1]], {})]
    found += [(op, [X, APART], {}) for op in ("RealDiv", "Div")]
    found += [
        ("BiasAdd", [X, VECTOR], {}),
        ("AddN", [[X, Y]], {}),
        ("ClipByValue", [X, np.float32(-0.5), np.float32(0.5)], {}),
    ]
    found += [("SelectV2", [np.asarray([[True], [False], [True]]), X, Y], {})]
    for flip in (False, True):
        found.append(("MatMul", [X, kernel(5, 4) if flip else kernel(4, 5)], {"transpose_b": flip}))
    for equation, shape in EINSUMS.items():
        found.append(("Einsum", [[CUBE, kernel(*shape)]], {"equation": equation}))
    for padding in ("VALID", "SAME"):
        form = {**STRIDES, "padding": padding}
        found += [
            ("Conv2D", [IMAGE, kernel(3, 3, 4, 6)], form),
            ("Conv2D", [IMAGE, kernel(3, 3, 2, 6)], form),
            ("DepthwiseConv2dNative", [IMAGE, kernel(3, 2, 4, 2)], form),
            ("Conv3D", [VOLUME, kernel(2, 2, 2, 2, 3)], {"strides": (1, 1, 1, 1, 1), "padding": padding}),
            ("AvgPool", [IMAGE], {**POOL, "padding": padding}),
            ("MaxPool", [IMAGE], {**POOL, "padding": padding}),
        ]
    back = {"strides": (1, 2, 2, 1), "padding": "SAME"}
    same = {"strides": (1, 1, 1, 1), "padding": "SAME"}
    found.append(("Conv2DBackpropInput", [i(2, 5, 5, 3), kernel(3, 3, 3, 4), IMAGE], same))
    found.append(("Conv2DBackpropInput", [i(2, 10, 10, 3), kernel(3, 3, 3, 4), IMAGE], back))
    normal = [VECTOR, kernel(4), kernel(4), VALUE]
    found.append(("FusedBatchNormV3", [IMAGE, *normal], {"is_training": False, "epsilon": 0.001}))
    for op in ("Sum", "Mean", "Max", "Min"):
        found += [
            (op, [IMAGE, i(*axes)], {"keep_dims": keep})
            for axes in ((1, 2), (3,), (-1, 1))
            for keep in (False, True)
        ]
    shapes = (i(2, 100), i(2, 25, 4), i(2, 50, 2), i(40, 5))
    found += [("Reshape", [IMAGE, shape], {}) for shape in shapes]
    found += [("ExpandDims", [X, np.array(axis, "int32")], {}) for axis in (1, -1)]
    found += [("Transpose", [IMAGE, i(0, 2, 1, 3)], {}), ("Transpose", [IMAGE, i(0, 3, 1, 2)], {})]
    around = np.array([[0, 0], [1, 1], [1, 0], [0, 0]], "int32")
    found += [("Pad", [IMAGE, around], {}), ("PadV2", [IMAGE, around, np.float32(2)], {})]
    found += [("MirrorPad", [IMAGE, around], {"mode": "REFLECT"})]
    found += [("ConcatV2", [[X, Y], np.array(axis, "int32")], {}) for axis in (1, 0, -1)]
    return found


def derived(op: str, arguments: Sequence[Any], attrs: Mapping[str, Any]) -> Tensor:
    """What a run with channels says of the first output."""
    nodes: list[Node] = []
    given: dict[str, Tensor] = {}
    for argument in flat(arguments):
        name = f"a{len(nodes)}"
        if isinstance(argument, Boxes):
            nodes.append(Node(name, "Placeholder", (), {"dtype": "float32", "shape": argument.shape}))
            given[name] = argument.tensor()
        else:
            value = np.asarray(argument)
            attributes = {"value": value, "dtype": str(value.dtype), "shape": value.shape}
            nodes.append(Node(name, "Const", (), attributes))
    told = {"T": "float32", **attrs}
    nodes.append(Node("y", op, tuple(Ref(node.name) for node in nodes), told))
    interpreter = RangeInterpreter(given, lambda _: None, Stored(None), per_channel=True)
    return interpreter.run(Graph(tuple(nodes)))[Ref("y")]


def flat(arguments: Sequence[Any]) -> list[Any]:
    return [item for entry in arguments for item in (entry if isinstance(entry, list) else [entry])]


def inside(tensor: Tensor, values: Array) -> bool:
    """Whether numbers lie within a tensor's bounds, channel by channel."""
    low, high = tensor.channels or (np.array([tensor.interval.low]), np.array([tensor.interval.high]))
    slack = 2e-6 * np.maximum(1.0, np.abs(values.astype("float64")))
    return bool(((values >= low - slack) & (values <= high + slack)).all())


Mutation = Callable[[tuple[Array, Array]], tuple[Array, Array]]
MUTATIONS: dict[str, Mutation] = {
    "the sign of both ends": lambda ends: (-ends[1], -ends[0]),
    "the lower end for both": lambda ends: (ends[0], ends[0]),
    "the upper end for both": lambda ends: (ends[1], ends[1]),
    "the channels turned round": lambda ends: (ends[0][::-1], ends[1][::-1]),
}
