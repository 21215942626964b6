"""Layer classes and arguments of older Keras versions, renamed to those of Keras 3.

Source: ``keras/legacy/interfaces.py`` of Keras 2.0 to 2.3 for Keras 1, the migration guide of Keras 3 for
Keras 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "TimeDistributedDense": "Dense",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "LayerNormalizationV1": "LayerNormalization",
    "UnifiedLSTM": "LSTM",
    "UnifiedGRU": "GRU",
    "LSTMV1": "LSTM",
    "LSTMV2": "LSTM",
    "GRUV1": "GRU",
    "GRUV2": "GRU",
    "DenseV2": "Dense",
    "EmbeddingV2": "Embedding",
}
"""Old class name to new one. A TimeDistributedDense is what Dense does by itself since Keras 2."""

RENAMED = {
    "batch_input_shape": "batch_shape",
    "bias": "use_bias",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "stride": "strides",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "pool_length": "pool_size",
    "atrous_rate": "dilation_rate",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "p": "rate",
    "sigma": "stddev",
    "length": "size",
}
"""Keras 1 argument to its name today, for every layer that had it."""

MERGE_MODES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
    "cos": "Dot",
}
"""Keras 1's ``Merge`` by its mode."""

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM2D"})
ACTIVATIONS = ("activation", "recurrent_activation")


KERAS_1_ONLY = frozenset({"W_regularizer", "W_constraint", "border_mode", "nb_filter", "dim_ordering"})
"""Arguments that layers of Keras 1 wrote down and those of Keras 2 no longer."""


def dialect(stored: Any, depth: int = 20) -> str | None:
    """Return "1" where a configuration is in the words of Keras 1, which wrote no version before 1.2."""
    if isinstance(stored, dict):
        if KERAS_1_ONLY & stored.keys():
            return "1"
        stored = list(stored.values())
    if depth and isinstance(stored, list):
        return next((found for item in stored if (found := dialect(item, depth - 1))), None)
    return None


def newest(class_name: str, config: Mapping[str, Any], version: str | None) -> tuple[str, Mapping[str, Any]]:
    """Return a layer's class and arguments as Keras 3 names them."""
    arguments = dict(config)
    if version is not None and version.split(".")[0] in ("0", "1"):
        class_name, arguments = _from_one(class_name, arguments)
    if "batch_input_shape" in arguments and "batch_shape" not in arguments:
        arguments["batch_shape"] = arguments["batch_input_shape"]
    for key in ACTIVATIONS:
        if isinstance(arguments.get(key), dict):
            arguments[key] = _function_name(arguments[key])
    class_name = CLASSES.get(class_name, class_name)
    _from_two(class_name, arguments, version)
    return class_name, arguments


def _from_one(class_name: str, old: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Rename what Keras 1 called otherwise."""
    arguments = {RENAMED.get(key, key): value for key, value in old.items()}
    if class_name == "Merge" and old.get("mode") in MERGE_MODES:
        return _merge(str(old["mode"]), old)
    if "nb_row" in old:
        arguments["kernel_size"] = [old["nb_row"], old.get("nb_col")]
    if "kernel_dim1" in old:
        arguments["kernel_size"] = [old["kernel_dim1"], old.get("kernel_dim2"), old.get("kernel_dim3")]
    if "output_dim" in old and class_name != "Embedding":
        arguments["units"] = old["output_dim"]
    if "dim_ordering" in old:
        arguments["data_format"] = "channels_first" if old["dim_ordering"] == "th" else "channels_last"
    if "input_dtype" in old:
        arguments.setdefault("dtype", old["input_dtype"])
    return class_name, arguments


def _merge(mode: str, old: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Turn a Merge into the layer of today that does the same."""
    arguments: dict[str, Any] = {"name": old.get("name")}
    if mode == "concat":
        arguments["axis"] = old.get("concat_axis", -1)
    if mode in ("dot", "cos"):
        arguments.update(axes=old.get("dot_axes", -1), normalize=mode == "cos")
    return MERGE_MODES[mode], arguments


def _from_two(class_name: str, arguments: dict[str, Any], version: str | None) -> None:
    """Rename in place what Keras 2 called otherwise, and write down defaults that have changed since."""
    older = version is None or not version.startswith("3")
    if class_name == "LeakyReLU" and "alpha" in arguments:
        arguments.setdefault("negative_slope", arguments["alpha"])
    if class_name == "GRU" and older:
        arguments.setdefault("reset_after", False)
    if class_name in RECURRENT and older:
        arguments.setdefault("use_bias", True)
    axis = arguments.get("axis")
    if class_name == "BatchNormalization" and isinstance(axis, list) and len(axis) == 1:
        arguments["axis"] = axis[0]


def _function_name(stored: Mapping[str, Any]) -> Any:
    """Return the name of a serialized Keras function; anything else (a layer, a custom function) as it is."""
    name = stored.get("config") if stored.get("class_name") == "function" else None
    module = stored.get("module")
    ours = module is None or str(module).split(".", 1)[0] in ("builtins", "keras", "tf_keras", "tensorflow")
    return name if isinstance(name, str) and ours else stored
