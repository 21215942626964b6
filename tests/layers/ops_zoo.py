"""Functions of ``keras.ops`` and of TensorFlow, one small functional model each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.layers.zoo import IMAGE, SEQUENCE, VECTOR, Case

ONE = (
    *[
        "abs",
        "arccos",
        "arcsin",
        "arctan",
        "ceil",
        "cos",
        "cosh",
        "exp",
        "expm1",
        "floor",
        "negative",
        "sign",
        "sin",
        "sinh",
        "square",
        "tan",
        "tanh",
    ],
    *[
        "zeros_like",
        "ones_like",
        "isfinite",
        "isnan",
        "relu",
        "relu6",
        "sigmoid",
        "silu",
        "softplus",
        "softsign",
        "elu",
        "selu",
    ],
    *[
        "leaky_relu",
        "gelu",
        "celu",
        "hard_sigmoid",
        "hard_silu",
        "hard_tanh",
        "log_sigmoid",
        "soft_shrink",
        "hard_shrink",
    ],
    *[
        "tanh_shrink",
        "sparse_plus",
        "sparse_sigmoid",
        "squareplus",
        "erf",
        "stop_gradient",
        "softmax",
        "log_softmax",
    ],
    *["exp2", "deg2rad", "ravel", "logical_not", "arcsinh", "arctanh", "reciprocal"],
)
POSITIVE = ["log", "log1p", "log2", "log10", "sqrt", "rsqrt"]
TWO = (
    *[
        "add",
        "subtract",
        "multiply",
        "divide",
        "maximum",
        "minimum",
        "mod",
        "floor_divide",
        "arctan2",
        "logaddexp",
    ],
    *["equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "matmul"],
)
REDUCED = ["sum", "mean", "max", "min", "prod", "std", "var", "any", "all", "argmax", "argmin", "logsumexp"]


def keras_ops(k: Any) -> Iterator[Case]:
    ops = k.ops
    for name in ONE:
        yield f"ops {name}", getattr(ops, name), (VECTOR,)
    for name in POSITIVE:
        yield f"ops {name}", lambda x, name=name: getattr(ops, name)(ops.abs(x) + 1.0), (VECTOR,)
    for name in TWO:
        shapes = (SEQUENCE, (3, 4)) if name == "matmul" else (SEQUENCE, SEQUENCE)
        yield f"ops {name}", getattr(ops, name), shapes
    for name in REDUCED:
        yield f"ops {name}", lambda x, name=name: getattr(ops, name)(x, axis=1), (SEQUENCE,)
        yield (
            f"ops {name} kept",
            lambda x, name=name: getattr(ops, name)(x, axis=-1, keepdims=True),
            (SEQUENCE,),
        )
    yield from _numbers(ops)
    yield from _shapes(ops)


def _numbers(ops: Any) -> Iterator[Case]:
    yield "ops cast", lambda x: ops.cast(x, "float16"), (VECTOR,)
    yield "ops count", lambda x: ops.count_nonzero(x, axis=1), (VECTOR,)
    yield "ops operators", lambda x: (2.0 - x) / (x * x + 3.0) ** 2, (VECTOR,)
    yield "ops power", lambda x: ops.power(ops.abs(x), 0.4), (VECTOR,)
    yield "ops clip", lambda x: ops.clip(x, -0.5, 0.7), (VECTOR,)
    yield "ops where", lambda x: ops.where(x > 0, x, 0.1 * x), (VECTOR,)
    yield "ops softmax axis", lambda x: ops.softmax(x, axis=1), (SEQUENCE,)
    yield "ops sparsemax", lambda x: ops.sparsemax(x), (VECTOR,)
    yield "ops threshold", lambda x: ops.threshold(x, 0.3, -1.0), (VECTOR,)
    yield "ops glu", lambda x: ops.glu(x, axis=-1), (VECTOR,)
    yield "ops norm", lambda x: ops.norm(x, axis=-1), (SEQUENCE,)
    yield "ops normalize", lambda x: ops.normalize(x, axis=1), (SEQUENCE,)
    yield "ops moments", lambda x: ops.moments(x, axes=[1]), (SEQUENCE,)
    yield "ops tensordot", lambda x, y: ops.tensordot(x[0], y[0], axes=1), (SEQUENCE, (3, 4))
    yield "ops einsum", lambda x, y: ops.einsum("abc,acd->abd", x, y), (SEQUENCE, (3, 4))
    yield "ops cumsum", lambda x: ops.cumsum(x, axis=1), (SEQUENCE,)
    yield "ops average", lambda x: ops.average(x, axis=1), (SEQUENCE,)
    yield "ops softmax by hand", lambda x: ops.exp(x) / ops.sum(ops.exp(x), -1, keepdims=True), (VECTOR,)
    yield "ops one hot", lambda x: ops.one_hot(ops.cast(x, "int32"), 5), (VECTOR,)
    yield "ops integers", lambda x: ops.cast(x, "int32") * 2 + 1, (VECTOR,)
    yield "ops integers divided", lambda x: ops.cast(x, "int32") / 2, (VECTOR,)
    yield "ops attention", lambda x: ops.dot_product_attention(x, x, x), ((3, 2, 4),)


def _shapes(ops: Any) -> Iterator[Case]:
    yield "ops reshape", lambda x: ops.reshape(x, (-1, 3, 5)), (SEQUENCE,)
    yield "ops transpose", lambda x: ops.transpose(x, (0, 2, 1)), (SEQUENCE,)
    yield "ops swapaxes", lambda x: ops.swapaxes(x, 1, 2), (SEQUENCE,)
    yield "ops moveaxis", lambda x: ops.moveaxis(x, 1, -1), (IMAGE,)
    yield "ops expand", lambda x: ops.expand_dims(x, 1), (SEQUENCE,)
    yield "ops squeeze", lambda x: ops.squeeze(ops.expand_dims(x, 1), 1), (SEQUENCE,)
    yield "ops concatenate", lambda x, y: ops.concatenate([x, y], axis=1), (SEQUENCE, (2, 3))
    yield "ops stack", lambda x, y: ops.stack([x, y], axis=1), (SEQUENCE, SEQUENCE)
    yield "ops split", lambda x: ops.split(x, 2, axis=1), ((6, 3),)
    yield "ops split at", lambda x: ops.split(x, [1, 4], axis=1), ((6, 3),)
    yield "ops take", lambda x: ops.take(x, [2, 0], axis=1), (SEQUENCE,)
    yield "ops tile", lambda x: ops.tile(x, [1, 2, 1]), (SEQUENCE,)
    yield "ops repeat", lambda x: ops.repeat(x, 3, axis=1), (SEQUENCE,)
    yield "ops flip", lambda x: ops.flip(x, axis=1), (SEQUENCE,)
    yield "ops roll", lambda x: ops.roll(x, 2, axis=1), (SEQUENCE,)
    yield "ops pad", lambda x: ops.pad(x, [[0, 0], [1, 2], [0, 0]]), (SEQUENCE,)
    yield "ops top k", lambda x: ops.top_k(x, 2), (VECTOR,)
    yield "ops sort", lambda x: ops.sort(x, axis=-1), (VECTOR,)
    yield "ops item", lambda x: x[:, 1], (SEQUENCE,)
    yield "ops items", lambda x: x[:, ::2, None, -1:], (SEQUENCE,)
    yield "ops ellipsis", lambda x: x[..., 0], (IMAGE,)
    yield "ops resize", lambda x: ops.image.resize(x, (3, 4)), (IMAGE,)
    yield "ops max pool", lambda x: ops.max_pool(x, 2), (IMAGE,)


TF_ONE = (
    *[
        "abs",
        "acos",
        "asin",
        "atan",
        "ceil",
        "cos",
        "cosh",
        "exp",
        "expm1",
        "floor",
        "negative",
        "sign",
        "sin",
        "sinh",
        "square",
        "tan",
        "tanh",
        "sigmoid",
    ],
    *["softplus", "erf"],
)


def tensorflow_functions(tf: Any) -> Iterator[Case]:
    math, nn = tf.math, tf.nn
    for name in TF_ONE:
        yield f"tf {name}", getattr(math, name), (VECTOR,)
    for name in (
        "relu",
        "relu6",
        "elu",
        "selu",
        "silu",
        "gelu",
        "softmax",
        "log_softmax",
        "softsign",
        "leaky_relu",
    ):
        yield f"tf {name}", getattr(nn, name), (VECTOR,)
    for name in ("log", "sqrt", "rsqrt", "log1p"):
        yield f"tf {name}", lambda x, name=name: getattr(math, name)(math.abs(x) + 1.0), (VECTOR,)
    for name in ("add", "subtract", "multiply", "divide", "maximum", "squared_difference", "divide_no_nan"):
        yield f"tf {name}", getattr(math, name), (SEQUENCE, SEQUENCE)
    for name in ("greater", "less_equal", "equal"):
        yield f"tf {name}", getattr(math, name), (SEQUENCE, SEQUENCE)
    for name in ("sum", "mean", "max", "min", "prod", "logsumexp", "std", "variance"):
        yield (
            f"tf {name}",
            lambda x, name=name: getattr(math, f"reduce_{name}")(x, axis=1, keepdims=True),
            (SEQUENCE,),
        )
        yield (
            f"tf {name} out",
            lambda x, name=name: getattr(math, f"reduce_{name}")(x, axis=[1, 2]),
            (SEQUENCE,),
        )
    yield "tf operators", lambda x: (2.0 - x) / (x * x + 3.0) ** 2, (VECTOR,)
    yield "tf neg and abs", lambda x: abs(-x), (VECTOR,)
    yield "tf clip", lambda x: tf.clip_by_value(x, -0.5, 0.7), (VECTOR,)
    yield "tf where", lambda x: tf.where(x > 0, x, 0.1 * x), (VECTOR,)
    yield "tf matmul", lambda x, y: tf.matmul(x, y, transpose_b=True), (SEQUENCE, SEQUENCE)
    yield "tf l2", lambda x: math.l2_normalize(x, axis=1), (SEQUENCE,)
    yield "tf softmax axis", lambda x: nn.softmax(x, axis=1), (SEQUENCE,)
    yield "tf softmax by hand", lambda x: tf.exp(x) / tf.reduce_sum(tf.exp(x), -1, keepdims=True), (VECTOR,)
    yield "tf cast", lambda x: tf.cast(x, tf.float16), (VECTOR,)
    yield "tf reshape", lambda x: tf.reshape(x, [-1, 3, 5]), (SEQUENCE,)
    yield "tf transpose", lambda x: tf.transpose(x, [0, 2, 1]), (SEQUENCE,)
    yield "tf expand", lambda x: tf.squeeze(tf.expand_dims(x, axis=-1), axis=-1), (SEQUENCE,)
    yield "tf concat", lambda x, y: tf.concat([x, y], axis=1), (SEQUENCE, (2, 3))
    yield "tf stack", lambda x, y: tf.stack([x, y], axis=1), (SEQUENCE, SEQUENCE)
    yield "tf split", lambda x: tf.split(x, 2, axis=1), ((6, 3),)
    yield "tf unstack", lambda x: tf.unstack(x, axis=1), ((2, 3),)
    yield "tf gather", lambda x: tf.gather(x, [2, 0], axis=1), (SEQUENCE,)
    yield "tf tile", lambda x: tf.tile(x, [1, 2, 1]), (SEQUENCE,)
    yield "tf pad", lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 0]]), (SEQUENCE,)
    yield "tf argmax", lambda x: tf.argmax(x, axis=-1), (VECTOR,)
    yield "tf one hot", lambda x: tf.one_hot(tf.cast(x, tf.int32), 5), (VECTOR,)
    yield "tf item", lambda x: x[:, 1], (SEQUENCE,)
    yield "tf items", lambda x: x[:, ::2, tf.newaxis, -1:], (SEQUENCE,)
    yield "tf ellipsis", lambda x: x[..., 0], (IMAGE,)
    yield "tf resize", lambda x: tf.image.resize(x, (3, 4)), (IMAGE,)
    yield "tf pool", lambda x: nn.max_pool2d(x, 2, 2, "VALID"), (IMAGE,)
    yield "tf add n", lambda x, y: tf.add_n([x, y, x]), (VECTOR, VECTOR)
