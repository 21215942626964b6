"""Topologies by hand, for tests of lowering."""

from __future__ import annotations

from typing import Any

from logitcheck.topology import Call, LayerConfig, TensorRef, Topology


def layer(class_name: str, name: str = "", inner: tuple[LayerConfig, ...] = (), **config: Any) -> LayerConfig:
    """One layer."""
    return LayerConfig(class_name, name or class_name.lower(), config, inner=inner)


def sequential(*layers: LayerConfig, shape: tuple[int | None, ...], version: str = "3.15.1") -> Topology:
    """Layers in a row behind one input."""
    first = layer("InputLayer", "input", batch_shape=list(shape), dtype="float32")
    names = (layers[-1].name,)
    return Topology(
        "model", "sequential", "Sequential", (first, *layers), output_names=names, keras_version=version
    )


def functional(
    layers: tuple[LayerConfig, ...], calls: tuple[Call, ...], outputs: Any, names: tuple[str, ...] = ()
) -> Topology:
    """Layers with their calls; input layers are the inputs, in order."""
    inputs = tuple(TensorRef(one.name) for one in layers if one.class_name == "InputLayer")
    return Topology("model", "functional", "Functional", layers, calls, inputs, outputs, names, "3.15.1")


def call(name: str, *sources: str | TensorRef, **kwargs: Any) -> Call:
    """A call of a layer on results of others; several sources make a list."""
    refs = [TensorRef(source) if isinstance(source, str) else source for source in sources]
    return Call(name, (refs[0] if len(refs) == 1 else refs,), kwargs)
