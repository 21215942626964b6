"""A Keras model as its configuration tells it: layers, calls and nested models, whichever Keras wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, NamedTuple

from logitcheck.record import dataclass


class TensorRef(NamedTuple):
    """The result of a layer's call: which call of that layer, which of its outputs."""

    layer: str
    call: int = 0
    output: int = 0


@dataclass(frozen=True)
class LayerConfig:
    """One layer as stored."""

    class_name: str
    """Without module: ``Dense``, ``TFOpLambda``, ``MyLayer``."""

    name: str
    """Unique in its model."""

    config: Mapping[str, Any] = field(default_factory=dict)
    """The arguments in the newest dialect: Keras 1 and 2 names are already translated
    (``output_dim`` is ``units``, ``batch_input_shape`` is ``batch_shape``, activations names or configs).
    """

    module: str | None = None
    """Where the class says it lives (``keras.layers``), None where the dialect does not tell."""

    registered_name: str | None = None
    """``Package>Class`` of a registered custom class."""

    build_shapes: Any = None
    """Input shapes from Keras 3's ``build_config``, None elsewhere."""

    model: Topology | None = None
    """The nested model, where this layer is one."""

    inner: tuple[LayerConfig, ...] = ()
    """Layers inside a wrapper (``TimeDistributed``, ``Bidirectional``, RNN cells), in order."""

    def __init__(
        self,
        class_name: str,
        name: str,
        config: Mapping[str, Any] | None = None,
        module: str | None = None,
        registered_name: str | None = None,
        build_shapes: Any = None,
        model: Topology | None = None,
        inner: tuple[LayerConfig, ...] = (),
    ) -> None:
        self.__dict__.update(
            class_name=class_name,
            name=name,
            config={} if config is None else config,
            module=module,
            registered_name=registered_name,
            build_shapes=build_shapes,
            model=model,
            inner=inner,
        )


@dataclass(frozen=True)
class Call:
    """One call of one layer in a functional model."""

    layer: str
    args: tuple[Any, ...]
    """Positional arguments: TensorRefs, nested lists, tuples and dicts of them, or plain values."""

    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments, likewise."""

    def __init__(self, layer: str, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None = None) -> None:
        self.__dict__.update(layer=layer, args=args, kwargs={} if kwargs is None else kwargs)


@dataclass(frozen=True)
class Topology:
    """A whole model."""

    name: str
    kind: str
    """``sequential``, ``functional``, or ``opaque`` for a subclassed model without told layers."""

    class_name: str = "Functional"
    layers: tuple[LayerConfig, ...] = ()
    calls: tuple[Call, ...] = ()
    """In the order of the file; a Sequential's are made up, one for each layer."""

    inputs: tuple[TensorRef, ...] = ()
    outputs: Any = ()
    """TensorRefs, in the structure (tuple, list, dict) that the model returns."""

    output_names: tuple[str, ...] = ()
    """As Keras names them: what per-output losses refer to."""

    keras_version: str | None = None
    """The version that wrote it ("2.4.0", "3.15.1", "1.2.2"): laws of old layers depend on it."""

    dtype_policy: Any = None
    """The model's own policy, where stored."""
