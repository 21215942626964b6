"""Which function lowers which layer class: one table, the families' modules imported when first needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from logitcheck.topology import LayerConfig

AUGMENTATIONS = (
    *("AugMix", "CutMix", "Equalization", "MaxNumBoundingBoxes", "MixUp", "RandAugment", "RandomBrightness"),
    *(
        "RandomColorDegeneration",
        "RandomColorJitter",
        "RandomContrast",
        "RandomElasticTransform",
        "RandomErasing",
    ),
    *("RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHeight", "RandomHue", "RandomInvert"),
    *("RandomPerspective", "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness"),
    *("RandomShear", "RandomTranslation", "RandomWidth", "RandomZoom", "Solarization"),
)
"""Image layers that do nothing at inference."""

FAMILIES: dict[str, dict[str, str]] = {
    "core": {
        "Dense": "dense",
        "EinsumDense": "einsum_dense",
        "Embedding": "embedding",
        "ReversibleEmbedding": "reversible_embedding",
        "Activation": "activation",
        "Softmax": "softmax",
        "ReLU": "relu",
        "LeakyReLU": "leaky_relu",
        "PReLU": "prelu",
        "ELU": "elu",
        "ThresholdedReLU": "thresholded_relu",
        "Masking": "masking",
        "Identity": "identity",
        "ActivityRegularization": "identity",
        "Dropout": "dropout",
        "SpatialDropout1D": "dropout",
        "SpatialDropout2D": "dropout",
        "SpatialDropout3D": "dropout",
        "GaussianDropout": "dropout",
        "GaussianNoise": "dropout",
        "AlphaDropout": "dropout",
        "MaxoutDense": "maxout_dense",
        "Highway": "highway",
    },
    "convolution": {
        "Conv1D": "conv1d",
        "Conv2D": "conv2d",
        "Conv3D": "conv3d",
        "DepthwiseConv1D": "depthwise_conv1d",
        "DepthwiseConv2D": "depthwise_conv2d",
        "SeparableConv1D": "separable_conv1d",
        "SeparableConv2D": "separable_conv2d",
    },
    "transposed_convolution": {f"Conv{n}DTranspose": f"conv{n}d_transpose" for n in (1, 2, 3)},
    "local": {"LocallyConnected1D": "locally_connected1d", "LocallyConnected2D": "locally_connected2d"},
    "pooling": {
        "MaxPooling1D": "max_pooling1d",
        "MaxPooling2D": "max_pooling2d",
        "MaxPooling3D": "max_pooling3d",
        "AveragePooling1D": "average_pooling1d",
        "AveragePooling2D": "average_pooling2d",
        "AveragePooling3D": "average_pooling3d",
        "GlobalMaxPooling1D": "global_max_pooling1d",
        "GlobalMaxPooling2D": "global_max_pooling2d",
        "GlobalMaxPooling3D": "global_max_pooling3d",
        "GlobalAveragePooling1D": "global_average_pooling1d",
        "GlobalAveragePooling2D": "global_average_pooling2d",
        "GlobalAveragePooling3D": "global_average_pooling3d",
        **{f"AdaptiveAveragePooling{n}D": "adaptive_average_pooling" for n in (1, 2, 3)},
        **{f"AdaptiveMaxPooling{n}D": "adaptive_max_pooling" for n in (1, 2, 3)},
    },
    "reshaping": {
        "Flatten": "flatten",
        "Reshape": "reshape_layer",
        "Permute": "permute",
        "RepeatVector": "repeat_vector",
        **{f"Cropping{n}D": "cropping" for n in (1, 2, 3)},
        **{f"ZeroPadding{n}D": "zero_padding" for n in (1, 2, 3)},
        "UpSampling1D": "upsampling1d",
        "UpSampling2D": "upsampling2d",
        "UpSampling3D": "upsampling3d",
    },
    "normalization": {
        "BatchNormalization": "batch_normalization",
        "BatchNormalizationV1": "batch_normalization",
        "BatchNormalizationV2": "batch_normalization",
        "SyncBatchNormalization": "batch_normalization",
        "LayerNormalization": "layer_normalization",
        "GroupNormalization": "group_normalization",
        "RMSNormalization": "rms_normalization",
        "UnitNormalization": "unit_normalization",
        "SpectralNormalization": "spectral_normalization",
    },
    "merging": {
        "Add": "add",
        "Subtract": "subtract",
        "Multiply": "multiply",
        "Maximum": "maximum",
        "Minimum": "minimum",
        "Average": "average",
        "Concatenate": "concatenate",
        "Dot": "dot",
        "Merge": "merge",
    },
    "recurrent": {
        "LSTM": "recurrent",
        "GRU": "recurrent",
        "SimpleRNN": "recurrent",
        "CuDNNLSTM": "recurrent",
        "CuDNNGRU": "recurrent",
        "RNN": "rnn",
        **dict.fromkeys(("LSTMCell", "GRUCell", "SimpleRNNCell"), "cell_call"),
        "StackedRNNCells": "stacked_cells",
    },
    "recurrent_convolution": {f"ConvLSTM{n}D": "conv_lstm" for n in (1, 2, 3)},
    "attention": {
        "Attention": "attention",
        "AdditiveAttention": "additive_attention",
    },
    "multi_head_attention": {
        "MultiHeadAttention": "multi_head_attention",
        "GroupedQueryAttention": "grouped_query_attention",
    },
    "preprocessing": {
        "Rescaling": "rescaling",
        "Normalization": "normalization",
        "CategoryEncoding": "category_encoding",
        "Discretization": "discretization",
        "Hashing": "hashing",
        "HashedCrossing": "hashing",
        "StringLookup": "lookup",
        "IntegerLookup": "lookup",
        "TextVectorization": "text_vectorization",
    },
    "image": {
        "Resizing": "resizing",
        "CenterCrop": "center_crop",
        "RandomCrop": "center_crop",
        "AutoContrast": "always_applied",
        "ContrastLimitedAdaptiveHistogramEqualization": "always_applied",
        "Pipeline": "pipeline",
        **dict.fromkeys(AUGMENTATIONS, "augmentation"),
    },
    "audio": {"STFTSpectrogram": "stft_spectrogram", "MelSpectrogram": "mel_spectrogram"},
    "op_layers": {
        "keras.ops": "keras_op",
        "TFOpLambda": "tf_function",
        "SlicingOpLambda": "slicing",
        "TensorFlowOpLayer": "raw_op",
        **dict.fromkeys(("ClassMethod", "InstanceMethod", "InstanceProperty"), "unnamed"),
    },
    "wrappers": {"TimeDistributed": "time_distributed", "Bidirectional": "bidirectional"},
}

ALIASES: dict[str, str] = {
    **{f"AvgPool{n}D": f"AveragePooling{n}D" for n in (1, 2, 3)},
    **{f"MaxPool{n}D": f"MaxPooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalAvgPool{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    **{f"GlobalMaxPool{n}D": f"GlobalMaxPooling{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}D": f"Conv{n}D" for n in (1, 2, 3)},
    **{f"Convolution{n}DTranspose": f"Conv{n}DTranspose" for n in (1, 2, 3)},
    **{f"SeparableConvolution{n}D": f"SeparableConv{n}D" for n in (1, 2)},
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "TimeDistributedDense": "Dense",
    "GroupQueryAttention": "GroupedQueryAttention",
    "UnifiedLSTM": "LSTM",
    "UnifiedGRU": "GRU",
}
"""Other names of the same classes, those of Keras 1 included."""

OURS = frozenset(("keras", "tf_keras", "tensorflow", "builtins", "tf"))
"""Packages whose classes these are; the same name from elsewhere is another layer."""

PLACES = {name: (family, function) for family, names in FAMILIES.items() for name, function in names.items()}


def find(layer: LayerConfig, args: tuple[Any, ...] = ()) -> Callable[..., Any] | None:
    """Return the function that lowers a layer called with such arguments, None for a foreign one."""
    if not builtin(layer):
        return None
    return _function("keras.ops" if is_op(layer, args) else layer.class_name)


def is_op(layer: LayerConfig, args: tuple[Any, ...] = ()) -> bool:
    """Whether an entry is an op of ``keras.ops`` (or of ``keras.activations``, where these are ops too).

    HDF5 files of Keras 3 do not tell the module: there, an op is a class that no layer has, or one whose
    call is not a layer's (``Add`` of two arguments, not of a list).
    """
    module = layer.module
    if module is not None:
        return ".ops." in f"{module}." or module.endswith("activations.activations")
    name = layer.class_name
    if name not in PLACES:
        return name not in ALIASES and name[:1].isupper() and _names_op(name)
    if PLACES[name][0] == "merging":
        return bool(args) and type(args[0]) not in (list, tuple)
    return name == "Reshape" and "newshape" in layer.config


def _names_op(name: str) -> bool:
    from logitcheck.layers import op_names
    from logitcheck.layers.op_table import SPECIAL

    tables = (
        op_names.UNARY,
        op_names.TESTS,
        op_names.BINARY,
        op_names.COMPARISONS,
        op_names.REDUCTIONS,
        SPECIAL,
    )
    return any(name in table for table in tables)


def builtin(layer: LayerConfig) -> bool:
    """Whether a layer's class is Keras's own, as far as its file tells."""
    registered = layer.registered_name
    if registered and registered != layer.class_name:
        package = registered.partition(">")[0]
        if ">" not in registered or package not in ("keras", "Keras", "tf_keras"):
            return False
    return layer.module is None or layer.module.partition(".")[0] in OURS


def casts(layer: LayerConfig, args: tuple[Any, ...] = ()) -> bool:
    """Whether Keras casts floating inputs to the dtype a layer computes in; ops take them as they are."""
    return not is_op(layer, args) and PLACES.get(layer.class_name, ("",))[0] != "op_layers"


@cache
def _function(class_name: str) -> Callable[..., Any] | None:
    from importlib import import_module

    place = PLACES.get(ALIASES.get(class_name, class_name))
    if place is None:
        return None
    family, name = place
    function: Callable[..., Any] = getattr(import_module(f"logitcheck.layers.{family}"), name)
    return function
