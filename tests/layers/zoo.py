"""Small models, one layer each (or a few), for comparing lowered graphs with Keras itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

IMAGE, WIDE, SEQUENCE, VECTOR = (6, 7, 3), (8, 8, 4), (5, 3), (4,)

Case = tuple[str, Callable[..., Any], tuple[tuple[int, ...], ...]]
"""A name, a function from inputs to outputs, the inputs' shapes without batch."""


def activations(k: Any) -> Iterator[Case]:
    names = [name for name in dir(k.activations) if name[0] != "_"]
    for name in names:
        if name not in ("get", "serialize", "deserialize", "glu", "threshold"):
            yield f"activation {name}", k.layers.Activation(name), (VECTOR,)
    for axis in (1, 2, -1):
        yield f"softmax axis {axis}", k.layers.Softmax(axis=axis), (SEQUENCE,)
    yield "softmax over two axes", k.layers.Softmax(axis=[1, 2]), (SEQUENCE,)
    yield "relu bounded", k.layers.ReLU(max_value=0.5, negative_slope=0.1, threshold=0.2), (VECTOR,)
    yield "relu capped", k.layers.ReLU(max_value=6.0), (VECTOR,)
    yield "leaky", k.layers.LeakyReLU(), (VECTOR,)
    yield "prelu", k.layers.PReLU(shared_axes=[1, 2]), (IMAGE,)
    yield "elu", k.layers.ELU(alpha=0.5), (VECTOR,)
    yield "dense with a layer as activation", k.layers.Dense(3, activation=k.layers.LeakyReLU()), (VECTOR,)


def core(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "dense", L.Dense(3, activation="softmax"), (VECTOR,)
    yield "dense on a sequence", L.Dense(3, use_bias=False), (SEQUENCE,)
    yield "dense in half precision", L.Dense(3, dtype="mixed_float16", activation="softmax"), (VECTOR,)
    yield "einsum dense", L.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d"), (SEQUENCE,)
    yield "einsum dense wide", L.EinsumDense("...x,xy->...y", output_shape=4, bias_axes="y"), (SEQUENCE,)
    yield (
        "einsum dense heads",
        L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de"),
        (SEQUENCE,),
    )
    yield "embedding", L.Embedding(5, 3), (VECTOR,)
    yield "masking", L.Masking(mask_value=1.0), (SEQUENCE,)
    yield "dropout", L.Dropout(0.5), (VECTOR,)
    yield "spatial dropout", L.SpatialDropout2D(0.5), (IMAGE,)
    yield "gaussian noise", L.GaussianNoise(0.5), (VECTOR,)
    yield "gaussian dropout", L.GaussianDropout(0.5), (VECTOR,)
    yield "alpha dropout", L.AlphaDropout(0.5), (VECTOR,)
    yield "activity", L.ActivityRegularization(l1=0.1), (VECTOR,)
    yield "identity", L.Identity(), (VECTOR,)


def convolution(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "conv1d", L.Conv1D(4, 3, strides=2, activation="relu"), ((9, 3),)
    yield "conv1d causal", L.Conv1D(4, 3, padding="causal", dilation_rate=2), ((9, 3),)
    yield "conv2d", L.Conv2D(4, (3, 2), strides=(2, 1), padding="same"), (IMAGE,)
    yield "conv2d dilated", L.Conv2D(4, 2, dilation_rate=2), (IMAGE,)
    yield "conv2d groups", L.Conv2D(4, 2, groups=2), (WIDE,)
    yield "conv3d", L.Conv3D(4, 2, padding="same", activation="tanh"), ((4, 5, 6, 2),)
    yield "conv1d transposed", L.Conv1DTranspose(4, 3, strides=2), ((6, 3),)
    yield "conv2d transposed", L.Conv2DTranspose(4, 3, strides=2, padding="same"), (IMAGE,)
    yield "conv2d transposed valid", L.Conv2DTranspose(4, (3, 2), strides=(1, 2)), (IMAGE,)
    yield "conv2d transposed padded", L.Conv2DTranspose(4, 3, strides=2, output_padding=1), (IMAGE,)
    yield "conv3d transposed", L.Conv3DTranspose(2, 3, strides=2), ((3, 3, 3, 2),)
    yield "depthwise1d", L.DepthwiseConv1D(3, depth_multiplier=2), ((9, 3),)
    yield "depthwise2d", L.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same"), (IMAGE,)
    yield "separable1d", L.SeparableConv1D(4, 3, strides=2), ((9, 3),)
    yield "separable2d", L.SeparableConv2D(4, 3, padding="same"), (IMAGE,)


def pooling(k: Any) -> Iterator[Case]:
    L = k.layers
    for kind in ("Max", "Average"):
        yield f"{kind} 1", getattr(L, f"{kind}Pooling1D")(2, strides=3, padding="same"), ((9, 3),)
        yield f"{kind} 2", getattr(L, f"{kind}Pooling2D")((2, 3)), (IMAGE,)
        yield f"{kind} 3", getattr(L, f"{kind}Pooling3D")(2, padding="same"), ((4, 5, 6, 2),)
        yield f"global {kind} 1", getattr(L, f"Global{kind}Pooling1D")(), ((9, 3),)
        yield f"global {kind} 2", getattr(L, f"Global{kind}Pooling2D")(keepdims=True), (IMAGE,)
        yield f"global {kind} 3", getattr(L, f"Global{kind}Pooling3D")(), ((4, 5, 6, 2),)
        if hasattr(L, f"Adaptive{kind}Pooling2D"):
            yield f"adaptive {kind} 1", getattr(L, f"Adaptive{kind}Pooling1D")(4), ((9, 3),)
            yield f"adaptive {kind} 2", getattr(L, f"Adaptive{kind}Pooling2D")((4, 3)), (IMAGE,)


def reshaping(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "flatten", L.Flatten(), (IMAGE,)
    yield "flatten first", L.Flatten(data_format="channels_first"), (IMAGE,)
    yield "reshape", L.Reshape((-1, 6)), (IMAGE,)
    yield "permute", L.Permute((3, 1, 2)), (IMAGE,)
    yield "repeat vector", L.RepeatVector(3), (VECTOR,)
    yield "cropping1d", L.Cropping1D((1, 2)), ((9, 3),)
    yield "cropping2d", L.Cropping2D(((1, 0), (2, 1))), (IMAGE,)
    yield "cropping3d", L.Cropping3D(1), ((4, 5, 6, 2),)
    yield "padding1d", L.ZeroPadding1D(2), ((9, 3),)
    yield "padding2d", L.ZeroPadding2D(((1, 0), (2, 1))), (IMAGE,)
    yield "padding3d", L.ZeroPadding3D((1, 2, 0)), ((4, 5, 6, 2),)
    yield "upsampling1d", L.UpSampling1D(3), ((9, 3),)
    yield "upsampling2d", L.UpSampling2D((2, 3)), (IMAGE,)
    yield "upsampling2d bilinear", L.UpSampling2D(2, interpolation="bilinear"), (IMAGE,)
    yield "upsampling3d", L.UpSampling3D(2), ((3, 2, 3, 2),)


def normalization(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "batch norm", L.BatchNormalization(), (IMAGE,)
    yield "batch norm first", L.BatchNormalization(axis=1, scale=False), (IMAGE,)
    yield "batch norm half", L.BatchNormalization(dtype="mixed_float16"), (IMAGE,)
    yield "layer norm", L.LayerNormalization(), (SEQUENCE,)
    yield "layer norm over two", L.LayerNormalization(axis=[1, 2], center=False), (SEQUENCE,)
    yield "layer norm inside", L.LayerNormalization(axis=1), (SEQUENCE,)
    yield "group norm", L.GroupNormalization(groups=2), (WIDE,)
    yield "instance norm", L.GroupNormalization(groups=-1), (WIDE,)
    yield "unit norm", L.UnitNormalization(axis=1), (SEQUENCE,)
    if hasattr(L, "RMSNormalization"):
        yield "spectral norm", L.SpectralNormalization(L.Dense(3)), (VECTOR,)
        yield "rms norm", L.RMSNormalization(), (SEQUENCE,)
        yield "layer norm rms", L.LayerNormalization(rms_scaling=True), (SEQUENCE,)


def merging(k: Any) -> Iterator[Case]:
    L = k.layers
    for name in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        yield name, lambda *x, name=name: getattr(L, name)()(list(x)), (SEQUENCE, SEQUENCE, SEQUENCE)
    yield "add of two ranks", lambda *x: L.Add()(list(x)), (SEQUENCE, (3,))
    yield "subtract", lambda *x: L.Subtract()(list(x)), (VECTOR, VECTOR)
    yield "concatenate", lambda *x: L.Concatenate(axis=1)(list(x)), (SEQUENCE, (2, 3))
    yield "dot", lambda *x: L.Dot(axes=1)(list(x)), (VECTOR, VECTOR)
    yield "dot of matrices", lambda *x: L.Dot(axes=(2, 1), normalize=True)(list(x)), (SEQUENCE, (3, 4))


def recurrent(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "lstm", L.LSTM(4, return_sequences=True, recurrent_activation="hard_sigmoid"), (SEQUENCE,)
    yield "lstm states", L.LSTM(4, return_state=True, go_backwards=True), (SEQUENCE,)
    yield "lstm from states", lambda x, h, c: L.LSTM(4)(x, initial_state=[h, c]), (SEQUENCE, (4,), (4,))
    yield "gru", L.GRU(4, return_sequences=True), (SEQUENCE,)
    yield "gru before", L.GRU(4, reset_after=False, use_bias=False), (SEQUENCE,)
    yield "simple", L.SimpleRNN(4, activation="relu", return_sequences=True), (SEQUENCE,)
    yield "rnn of a cell", L.RNN(L.GRUCell(4), return_sequences=True), (SEQUENCE,)
    cells = [L.LSTMCell(4), L.LSTMCell(2)]
    yield "stacked cells", L.RNN(cells, return_sequences=True), (SEQUENCE,)
    yield "both ways", L.Bidirectional(L.LSTM(4, return_sequences=True)), (SEQUENCE,)
    yield "both ways added", L.Bidirectional(L.GRU(4), merge_mode="sum"), (SEQUENCE,)
    yield "both ways apart", L.Bidirectional(L.SimpleRNN(4), merge_mode=None), (SEQUENCE,)
    yield "both ways with states", L.Bidirectional(L.LSTM(4, return_state=True)), (SEQUENCE,)
    yield "over time", L.TimeDistributed(L.Dense(3, activation="softmax")), (SEQUENCE,)
    yield "images over time", L.TimeDistributed(L.Conv2D(2, 2)), ((3, *IMAGE),)
    yield "conv lstm 1", L.ConvLSTM1D(2, 3, padding="same"), ((4, 6, 2),)
    yield "conv lstm 2", L.ConvLSTM2D(2, 3, strides=2, return_sequences=True), ((4, 6, 7, 2),)
    yield "masked", lambda x: L.LSTM(4)(L.Masking(mask_value=1.0)(x)), (SEQUENCE,)
    yield (
        "masked all",
        lambda x: L.GRU(4, return_sequences=True)(L.Embedding(5, 3, mask_zero=True)(x)),
        (VECTOR,),
    )
    yield "masked through dropout", lambda x: L.LSTM(4)(L.Dropout(0.5)(L.Masking(1.0)(x))), (SEQUENCE,)
    yield "masked through dense", lambda x: L.LSTM(4)(L.Dense(3)(L.Masking(1.0)(x))), (SEQUENCE,)
    twice = lambda x: L.GRU(4)(L.LSTM(4, return_sequences=True)(L.Masking(1.0)(x)))  # noqa: E731
    yield "masked twice", twice, (SEQUENCE,)
    added = lambda x: L.GRU(4)(L.Add()([L.Masking(1.0)(x), L.Masking(1.0)(x)]))  # noqa: E731
    yield "masked added", added, (SEQUENCE,)
    joined = lambda x: L.GRU(4)(L.Concatenate()([L.Masking(1.0)(x), L.Masking(1.0)(x)]))  # noqa: E731
    yield "masked joined", joined, (SEQUENCE,)
    both = lambda x: L.GRU(4)(L.Bidirectional(L.LSTM(4, return_sequences=True))(L.Masking(1.0)(x)))  # noqa: E731
    yield "masked both ways, then once", both, (SEQUENCE,)
    heads = lambda x: L.MultiHeadAttention(2, 4)(L.Masking(1.0)(x), L.Masking(1.0)(x))  # noqa: E731
    yield "masked heads", heads, (SEQUENCE,)
    looked = lambda x: L.Attention()([L.Masking(1.0)(x), L.Masking(1.0)(x)])  # noqa: E731
    yield "masked attention", looked, (SEQUENCE,)
    yield "masked mean", lambda x: L.GlobalAveragePooling1D()(L.Embedding(5, 3, mask_zero=True)(x)), (VECTOR,)
    yield (
        "masked both ways",
        lambda x: L.Bidirectional(L.LSTM(3))(L.Embedding(5, 3, mask_zero=True)(x)),
        (VECTOR,),
    )


def attention(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "attention", lambda q, v: L.Attention(use_scale=True)([q, v]), (SEQUENCE, (6, 3))
    yield "attention concat", lambda q, v: L.Attention(score_mode="concat")([q, v]), (SEQUENCE, (6, 3))
    yield "attention causal", lambda q: L.Attention()([q, q], use_causal_mask=True), (SEQUENCE,)
    yield "additive", lambda q, v: L.AdditiveAttention()([q, v]), (SEQUENCE, (6, 3))
    yield "multi head", lambda q, v: L.MultiHeadAttention(2, 4)(q, v), (SEQUENCE, (6, 3))
    heads = {"num_heads": 2, "key_dim": 4, "value_dim": 5, "output_shape": 7, "use_bias": False}
    yield "multi head sizes", lambda q, v: L.MultiHeadAttention(**heads)(q, v, v), (SEQUENCE, (6, 2))
    yield "multi head causal", lambda q: L.MultiHeadAttention(2, 4)(q, q, use_causal_mask=True), (SEQUENCE,)
    scored = lambda q: L.MultiHeadAttention(2, 4)(q, q, return_attention_scores=True)  # noqa: E731
    yield "multi head scores", scored, (SEQUENCE,)
    yield "multi head planes", lambda q: L.MultiHeadAttention(2, 4, attention_axes=(2,))(q, q), ((3, 4, 5),)
    yield "multi head both axes", lambda q: L.MultiHeadAttention(2, 4)(q, q), ((3, 4, 5),)
    if hasattr(L, "GroupQueryAttention"):
        yield "grouped", lambda q: L.GroupQueryAttention(4, 4, 2)(q, q), (SEQUENCE,)
        yield "gated", lambda q: L.MultiHeadAttention(2, 4, use_gate=True)(q, q), (SEQUENCE,)


def preprocessing(k: Any) -> Iterator[Case]:
    L = k.layers
    yield "rescaling", L.Rescaling(1 / 255.0, offset=-0.5), (IMAGE,)
    yield "rescaling per channel", L.Rescaling([1.0, 2.0, 3.0]), (IMAGE,)
    yield "normalization", L.Normalization(), (VECTOR,)
    yield "normalization of space", L.Normalization(axis=(1, 3)), (IMAGE,)
    yield "normalization given", L.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 9, 16]), (VECTOR,)
    yield "normalization of one", L.Normalization(axis=None, mean=1.0, variance=4.0), (VECTOR,)
    yield "discretization", L.Discretization(bin_boundaries=[0.1, 0.5, 1.0]), (VECTOR,)
    yield "multi hot", L.CategoryEncoding(num_tokens=6, output_mode="multi_hot"), (VECTOR,)
    yield "count", L.CategoryEncoding(num_tokens=6, output_mode="count"), (VECTOR,)
    yield "one hot", L.CategoryEncoding(num_tokens=6, output_mode="one_hot"), ((1,),)
    yield "resizing", L.Resizing(3, 4), (IMAGE,)
    yield "resizing nearest", L.Resizing(3, 4, interpolation="nearest"), (IMAGE,)
    yield "center crop", L.CenterCrop(3, 4), (IMAGE,)
    if hasattr(L, "Pipeline"):
        yield "pipeline", L.Pipeline([L.Rescaling(0.5), L.RandomFlip()]), (IMAGE,)
    yield "random flip", L.RandomFlip(), (IMAGE,)
    yield "random rotation", L.RandomRotation(0.2), (IMAGE,)
    yield "random contrast", L.RandomContrast(0.2), (IMAGE,)


def whole(k: Any) -> Iterator[Case]:
    """Models in models, shared layers, several outputs."""
    L = k.layers
    inner = k.Sequential([k.Input(VECTOR), L.Dense(4, activation="relu"), L.BatchNormalization()])
    yield "siamese", lambda x, y: L.Subtract()([inner(x), inner(y)]), (VECTOR, VECTOR)
    shared = L.Dense(4)
    yield "shared", lambda x: [shared(shared(x)), L.Dense(2)(x)], (VECTOR,)
    a, b = k.Input(VECTOR), k.Input(VECTOR)
    two = k.Model([a, b], [L.Add()([a, b]), L.Dense(3)(b)])
    yield "two in, two out", lambda x, y: L.Concatenate()(two([x, y])), (VECTOR, VECTOR)
    yield "model over time", L.TimeDistributed(k.Sequential([k.Input((3,)), L.Dense(2)])), (SEQUENCE,)


FAMILIES = (
    *(activations, core, convolution, pooling, reshaping, normalization),
    *(merging, recurrent, attention, preprocessing, whole),
)
