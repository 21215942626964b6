"""Spectrograms of audio.

Composites: ``KerasStft`` (attribute ``mode``: ``log``, ``magnitude``, ``psd``, ``real``, ``imag``, ``angle``,
``stft``) and ``KerasMelSpectrogram`` (``min_power``, ``ref_power``, ``top_db``, ``power_to_db``).
"""

from __future__ import annotations

from typing import Any

from logitcheck.layers.builder import Builder
from logitcheck.layers.shapes import window
from logitcheck.layers.state import Value

COPIED = ("mode", "frame_length", "frame_step", "fft_length", "window", "scaling", "periodic", "padding")
MEL = ("fft_length", "sequence_stride", "sequence_length", "window", "sampling_rate", "num_mel_bins")
POWER = ("min_freq", "max_freq", "power_to_db", "top_db", "mag_exp", "min_power", "ref_power")


def stft_spectrogram(b: Builder, x: Value, **_: Any) -> Value:
    """Short-time Fourier transform of every channel."""
    config = b.config
    frame, step = int(config.get("frame_length") or 256), int(config.get("frame_step") or 0)
    length = int(config.get("fft_length") or frame)
    mode = str(config.get("mode", "log"))
    bins = length // 2 + 1
    kernels = [slot for slot in ("real_kernel", "imag_kernel") if mode not in ({"real", "imag"} - {slot[:4]})]
    weights = [b.weight(slot, (frame, 1, bins), trainable=False) for slot in kernels]
    first = config.get("data_format") == "channels_first"
    batch, time, channels = (None, None, None) if x.shape is None or len(x.shape) != 3 else x.shape
    if first:
        time, channels = channels, time
    steps = window(time, frame, step or frame // 2, str(config.get("padding", "valid")))
    width = None if channels is None else channels * bins * (2 if mode == "stft" else 1)
    shape = (batch, width, steps) if first else (batch, steps, width)
    if config.get("expand_dims"):
        shape = (batch, channels, steps, bins) if first else (batch, steps, bins, channels)  # type: ignore[assignment]
    return b.op("KerasStft", x, *weights, shape=shape, **{name: config.get(name) for name in COPIED})


def mel_spectrogram(b: Builder, x: Value, **_: Any) -> Value:
    """Energy per mel band, in decibels by default."""
    config = b.config
    bands = int(config.get("num_mel_bins") or 128)
    step = int(config.get("sequence_stride") or 512)
    shape = None
    if x.shape is not None:
        steps = None if x.shape[-1] is None else x.shape[-1] // step + 1
        shape = (*x.shape[:-1], bands, steps)
    attrs = {name: config.get(name) for name in (*MEL, *POWER)}
    return b.op("KerasMelSpectrogram", x, shape=shape, **attrs)
