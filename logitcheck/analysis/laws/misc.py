"""Special functions, linear algebra, spectra and accelerator kernels: mostly shape, sometimes a bound."""

from __future__ import annotations

from logitcheck.analysis import ranges
from logitcheck.analysis.context import Context
from logitcheck.analysis.interval import REALS, UNIT, Interval, point
from logitcheck.analysis.laws.base import INF, Law, broadcast, result, sums_of
from logitcheck.analysis.tensor import Tensor
from logitcheck.graph import Node

SPECIAL: dict[str, Interval] = {
    "BesselI0e": Interval(0.0, 1.0),
    "BesselI1e": Interval(-0.22, 0.22),
    "BesselI0": Interval(1.0, INF),
    "BesselI1": REALS,
    "BesselJ0": Interval(-0.41, 1.0),
    "BesselJ1": Interval(-0.59, 0.59),
    "FresnelCos": Interval(-1.0, 1.0),
    "FresnelSin": Interval(-1.0, 1.0),
    "Igamma": UNIT,
    "Igammac": UNIT,
    "Betainc": UNIT,
    "Dawsn": Interval(-0.5411, 0.5411),
    "Expint": REALS,
    "Zeta": REALS,
    "Polygamma": REALS,
    "NextAfter": REALS,
}
"""Range of each special function where it is defined."""


def special(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y within the function's range; NaN outside its domain."""
    shape = inputs[0].shape
    for other in inputs[1:]:
        shape = broadcast(shape, other.shape)
    bounded = SPECIAL[node.op].bounded and len(inputs) == 1
    return result(inputs, shape, inputs[0].dtype, SPECIAL[node.op], nan=not bounded, inf=not bounded)


def decomposition(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = factors of a matrix; singular values are not negative, unitary factors lie in [-1, 1]."""
    x = inputs[0]
    unitary = result((x,), None, x.dtype, Interval(-1.0, 1.0), nan=True)
    plain = result((x,), None, x.dtype, nan=True)
    if node.op == "Svd":
        return result((x,), None, x.dtype, Interval(0.0, INF), nan=True), unitary, unitary
    return (unitary, plain) if node.op == "Qr" else (plain, unitary)


def matrix(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = an inverse, a solution, a root: NaN or infinite for singular matrices."""
    x = inputs[-1]
    shape = x.shape if node.op not in ("MatrixDeterminant",) else None if x.shape is None else x.shape[:-2]
    return result(inputs, shape, x.dtype, nan=True, inf=True)


def spectrum(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a Fourier transform."""
    x = inputs[0]
    dtype = node.attrs.get("Tcomplex") or ("float32" if node.op.startswith("I") else "complex64")
    return result((x,), None, dtype, nan=x.may_inf)


def sound(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = magnitudes of a spectrogram, or cepstral coefficients of it."""
    positive = node.op == "AudioSpectrogram"
    return result(inputs[:1], (None, None, None), "float32", Interval(0.0, INF) if positive else REALS)


def complex_part(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = a complex number of two real ones, its conjugate, or a part of it."""
    x = inputs[0]
    pi = 3.1415927410125732
    image = Interval(-pi, pi) if node.op == "Angle" else REALS
    dtype = node.attrs.get("Tout") or ("float32" if node.op in ("Real", "Imag", "Angle") else "complex64")
    return result(inputs, x.shape, dtype, image)


def cudnn(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = a recurrent network; LSTM and GRU outputs lie in [-1, 1], LSTM cells do not."""
    x, state = inputs[0], inputs[1]
    lstm, gru = node.attrs.get("rnn_mode", "lstm") == "lstm", node.attrs.get("rnn_mode") == "gru"
    tanh = node.attrs.get("rnn_mode") == "rnn_tanh"
    image = (
        Interval(-1.0, 1.0)
        if lstm or tanh
        else Interval(-1.0, 1.0).join(state.interval)
        if gru
        else Interval(0.0, INF)
    )
    units = state.size(-1)
    both = node.attrs.get("direction") == "bidirectional"
    width = None if units is None else units * (2 if both else 1)
    shape = None if x.shape is None else (*x.shape[:2], width)
    out = result(inputs, shape, x.dtype, image)
    return (
        out,
        result(inputs, state.shape, x.dtype, image),
        result(inputs, state.shape, x.dtype),
        result((), None, x.dtype),
        result((), None, "int8", REALS),
    )


def cudnn_slope(node: Node, inputs: list[Tensor], ctx: Context) -> tuple[Tensor, ...]:
    """y = gradients of input, states and parameters."""
    return tuple(result(inputs, x.shape, x.dtype) for x in inputs[:4])


def quantised(node: Node, inputs: list[Tensor], ctx: Context) -> Tensor:
    """y = x held in [min, max] and rounded to a grid: a distribution but for the rounding.

    The range was measured on the numbers at hand, so it is no bound where those do not count.
    """
    x = inputs[0]
    if not ctx.exact or node.op.startswith("QuantizeAndDequantize"):
        return result((x,), x.shape, node.attrs.get("dtype") or x.dtype, x.interval, sums=sums_of(x))
    limits = (
        (node.attrs.get("min"), node.attrs.get("max")) if len(inputs) < 3 else _ends(inputs[1], inputs[2])
    )
    low, high = (
        -6.0 if limits[0] is None else float(limits[0]),
        6.0 if limits[1] is None else float(limits[1]),
    )
    held = ranges.minimum(ranges.maximum(x.interval, point(low)), point(high))
    image = Interval(*held[:2]).join(point(0.0)) if low <= 0 <= high else Interval(*held[:2])
    return result((x,), x.shape, node.attrs.get("dtype") or x.dtype, image, sums=sums_of(x))


def _ends(low: Tensor, high: Tensor) -> tuple[float, float]:
    return low.interval[0], high.interval[1]


LAWS: dict[str, Law] = {
    **dict.fromkeys(
        [
            "FakeQuantWithMinMaxArgs",
            "FakeQuantWithMinMaxVars",
            "FakeQuantWithMinMaxVarsPerChannel",
            "QuantizeAndDequantizeV2",
            "QuantizeAndDequantizeV3",
            "QuantizeAndDequantizeV4",
        ],
        quantised,
    ),
    **dict.fromkeys(SPECIAL, special),
    **dict.fromkeys(("Qr", "Svd", "SelfAdjointEigV2"), decomposition),
    **dict.fromkeys(
        (
            "MatrixInverse",
            "MatrixSolve",
            "MatrixTriangularSolve",
            "Cholesky",
            "MatrixDeterminant",
            "MatrixExponential",
        ),
        matrix,
    ),
    **dict.fromkeys(("FFT", "IFFT", "FFT2D", "IFFT2D", "RFFT", "IRFFT", "RFFT2D", "IRFFT2D"), spectrum),
    **dict.fromkeys(("AudioSpectrogram", "Mfcc"), sound),
    **dict.fromkeys(("Complex", "Conj", "Real", "Imag", "Angle"), complex_part),
    **dict.fromkeys(("CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"), cudnn),
    **dict.fromkeys(("CudnnRNNBackprop", "CudnnRNNBackpropV2", "CudnnRNNBackpropV3"), cudnn_slope),
}
