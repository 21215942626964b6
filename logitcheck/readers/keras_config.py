"""A Keras configuration (``model_config``, ``config.json``) of any version → Topology.

Dialects: Keras 1.x (a Sequential is a bare list), Keras 2 and tf.keras (``inbound_nodes`` are lists of
``[layer, call, output, kwargs]``), Keras 3 (``inbound_nodes`` hold serialized ``args`` and ``kwargs``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.readers.keras_arguments import dialect, newest
from logitcheck.readers.keras_calls import parse_wiring
from logitcheck.topology import LayerConfig, TensorRef, Topology

MAX_DEPTH = 50
"""Models and wrappers inside one another that are followed."""

MODEL_CLASSES = frozenset({"Functional", "Model", "Sequential"})
INNER_KEYS = ("layer", "forward_layer", "backward_layer", "cell", "cells", "layers")
"""Where wrappers, recurrent layers and pipelines keep the layers inside them."""


def parse_model(stored: Any, version: str | None, name: str = "model") -> Topology:
    """Read the configuration of a whole model.

    ``version`` is the Keras that wrote it; where the file does not tell, its words do. A model whose
    configuration tells no layers (a subclassed one) is ``opaque``. Raises NotAudited where the configuration
    makes no sense as a model.
    """
    if not isinstance(stored, dict) or not isinstance(stored.get("class_name"), str):
        raise NotAudited(
            "the configuration in this file describes no model",
            "Save the model again with `model.save(...)`.",
        )
    return _topology(stored, version or dialect(stored), name, 0)


def _topology(stored: Mapping[str, Any], version: str | None, name: str, depth: int) -> Topology:
    """Read one model, nested or not."""
    if depth > MAX_DEPTH:
        raise NotAudited(f"models are nested more than {MAX_DEPTH} deep")
    class_name, config = plain_name(stored["class_name"]), stored.get("config")
    if isinstance(config, list):
        from logitcheck.readers.keras_branches import joined_branches

        joined = joined_branches(config)
        if joined is not None:
            return _functional(class_name, joined, version, name, depth)
        return _sequential(class_name, {"layers": config}, version, name, depth)
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        config = config if isinstance(config, dict) else {}
        return Topology(_text(config.get("name"), name), "opaque", class_name, keras_version=version)
    if "input_layers" in config and "output_layers" in config:
        return _functional(class_name, config, version, name, depth)
    if class_name == "Sequential" or _are_layers(config["layers"]):
        return _sequential(class_name, config, version, name, depth)
    return Topology(_text(config.get("name"), name), "opaque", class_name, keras_version=version)


def _are_layers(stored: list[Any]) -> bool:
    """Say whether a list holds serialized layers, as a subclass of Sequential stores them."""
    return bool(stored) and all(isinstance(item, dict) and "class_name" in item for item in stored)


def _sequential(
    class_name: str, config: Mapping[str, Any], version: str | None, name: str, depth: int
) -> Topology:
    """Read a Sequential."""
    layers = list(_layers(config["layers"], version, depth))
    if layers and layers[0].build_shapes is None:
        layers[0] = _with_shape(layers[0], config.get("build_input_shape"))
    last = layers[-1].name if layers else name
    return Topology(
        name=_text(config.get("name"), name),
        kind="sequential",
        class_name=class_name,
        layers=tuple(layers),
        inputs=(TensorRef(layers[0].name),) if layers else (),
        outputs=TensorRef(last),
        output_names=(last,),
        keras_version=version,
        dtype_policy=config.get("dtype"),
    )


def _functional(
    class_name: str, config: Mapping[str, Any], version: str | None, name: str, depth: int
) -> Topology:
    """Read a functional model."""
    layers = tuple(_layers(config["layers"], version, depth))
    models = {layer.name: layer.class_name for layer in layers if layer.model is not None}
    wiring = parse_wiring(config, [layer.name for layer in layers], models)
    return Topology(
        name=_text(config.get("name"), name),
        kind="functional",
        class_name=class_name,
        layers=layers,
        calls=wiring.calls,
        inputs=tuple(ref for _, ref in leaves(wiring.inputs)),
        outputs=wiring.outputs,
        output_names=_output_names(wiring.outputs),
        keras_version=version,
        dtype_policy=config.get("dtype"),
    )


def _layers(stored: list[Any], version: str | None, depth: int) -> Iterator[LayerConfig]:
    """Read a list of layers."""
    for index, item in enumerate(stored):
        if not isinstance(item, dict) or not isinstance(item.get("class_name"), str):
            raise NotAudited(f"layer {index} of the configuration is no layer")
        yield parse_layer(item, version, f"layer_{index}", depth)


def parse_layer(stored: Mapping[str, Any], version: str | None, name: str, depth: int = 0) -> LayerConfig:
    """Read one layer, those inside it included. ``name`` serves where the layer has none."""
    if depth > MAX_DEPTH:
        raise NotAudited(f"layers are nested more than {MAX_DEPTH} deep")
    class_name, config = plain_name(stored["class_name"]), stored.get("config")
    arguments: Mapping[str, Any] = config if isinstance(config, dict) else {}
    own_name = _text(stored.get("name"), _text(arguments.get("name"), name))
    build = stored.get("build_config")
    model = None
    if _is_model(class_name, config):
        model = _topology(stored, version, own_name, depth + 1)
        arguments = {key: arguments[key] for key in ("name", "trainable", "dtype") if key in arguments}
    else:
        class_name, arguments = newest(class_name, arguments, version)
    return LayerConfig(
        class_name=class_name,
        name=own_name,
        config=arguments,
        module=_module(stored),
        registered_name=_registered(stored),
        build_shapes=_build_shapes(build),
        model=model,
        inner=tuple(_inner(arguments, version, depth)) if model is None else (),
    )


def _module(stored: Mapping[str, Any]) -> str | None:
    """Return a class's module; Keras 3 writes null, beside a registered name, for one of the main script."""
    module = stored.get("module")
    if module is None and "module" in stored and stored.get("registered_name"):
        return "__main__"
    return module if isinstance(module, str) and module else None


def _registered(stored: Mapping[str, Any]) -> str | None:
    """Return the name a custom class is registered under; Keras 2 writes it as the class name."""
    found, class_name = stored.get("registered_name"), str(stored["class_name"])
    if isinstance(found, str) and found:
        return found
    return class_name if ">" in class_name else None


def _is_model(class_name: str, config: Any) -> bool:
    """Say whether a layer is a nested model."""
    if class_name in MODEL_CLASSES:
        return True
    return isinstance(config, dict) and {"layers", "input_layers", "output_layers"} <= set(config)


def _inner(arguments: Mapping[str, Any], version: str | None, depth: int) -> Iterator[LayerConfig]:
    """Yield the layers inside a wrapper or a recurrent layer, in order."""
    for key in INNER_KEYS:
        stored = arguments.get(key)
        if not stored:
            continue
        for index, item in enumerate(stored if isinstance(stored, list) else [stored]):
            if isinstance(item, dict) and isinstance(item.get("class_name"), str):
                yield parse_layer(item, version, f"{key}_{index}", depth + 1)


def _build_shapes(build: Any) -> Any:
    """Return the input shapes of a ``build_config``, of one input or of several."""
    if not isinstance(build, dict):
        return None
    return build.get("input_shape", build.get("shapes_dict"))


def _with_shape(layer: LayerConfig, shape: Any) -> LayerConfig:
    """Give a Sequential's first layer the input shape that the model stores."""
    from dataclasses import replace

    return replace(layer, build_shapes=shape) if isinstance(shape, list) else layer


def leaves(structure: Any, key: str | None = None) -> Iterator[tuple[str | None, TensorRef]]:
    """Yield the tensors of a structure in Keras's order (dictionaries by sorted key), each with its key."""
    if isinstance(structure, TensorRef):
        yield key, structure
    elif isinstance(structure, dict):
        for name in sorted(structure, key=str):
            yield from leaves(structure[name], str(name))
    elif isinstance(structure, (list, tuple)):
        for item in structure:
            yield from leaves(item, key)


def _output_names(outputs: Any) -> tuple[str, ...]:
    """Name outputs as Keras does: the key of a dictionary, else the layer, numbered where it repeats."""
    names: list[str] = []
    counts: dict[str, int] = {}
    for key, ref in leaves(outputs):
        wish = name = key or ref.layer
        while name in names:
            count = counts.get(wish, 1)
            counts[wish] = count + 1
            name = f"{wish}_{count}"
        names.append(name)
    return tuple(names)


def plain_name(class_name: str) -> str:
    """Return a class name without registration package and module."""
    return class_name.rpartition(">")[2].rpartition(".")[2]


def _text(stored: Any, otherwise: str) -> str:
    """Return a stored string, or another where there is none."""
    return stored if isinstance(stored, str) and stored else otherwise
