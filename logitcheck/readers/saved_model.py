"""SavedModel directories of TensorFlow 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph
from logitcheck.model import Input, Model, Output, TrainingGraph, Writer
from logitcheck.readers import layer_names, training_graphs
from logitcheck.readers.bundle import Bundle
from logitcheck.readers.function_library import Library
from logitcheck.readers.graph_source import GraphSource
from logitcheck.readers.inline import LayerOf
from logitcheck.readers.keras_metadata import KerasRoot, keras_root
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.op_outputs import declared_outputs
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.proto.messages import message_class, parse, parse_text
from logitcheck.readers.saved_sightings import sightings
from logitcheck.readers.saved_signatures import Signatures
from logitcheck.readers.saved_training import Trained, keras_topology, trained
from logitcheck.readers.stored_constants import Constants, Joined, constant_refs
from logitcheck.readers.variables import Variables, partitioned, weight_refs

KERAS_CHILDREN = frozenset({"_endpoint_names", "_misc_assets", "_operations", "_tracked"})
"""Children of the root object that only Keras' own ``export`` and Keras 3 models have."""


def read_saved_model(path: str | Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a SavedModel directory.

    Raises NotAudited where it holds no graph, or one that cannot be followed.
    """
    saved = _parse(Path(path), options)
    return _read(str(path), Path(path), saved, options)


def read_loose_saved_model(path: str | Path, data: bytes, options: ReadOptions = DEFAULTS) -> Model:
    """Read a SavedModel's graph file given by itself, with what lies beside it. Raises NotAudited as above.

    Only a file called ``saved_model.pb`` is taken to own the folder it is in.
    """
    file = Path(path)
    saved = parse("SavedModel", data, file.name)
    return _read(str(path), file.parent if file.name == "saved_model.pb" else None, saved, options)


def read_meta_graph(path: str | Path, data: bytes, options: ReadOptions = DEFAULTS) -> Model:
    """Read the ``.meta`` file of a TensorFlow 1 checkpoint and the weights beside it. Raises NotAudited."""
    saved = message_class("SavedModel")()
    saved.meta_graphs.append(parse("MetaGraphDef", data, Path(path).name))
    return replace(_read(str(path), None, saved, options, Path(path).with_suffix("")), format="graph-def")


def _read(
    path: str, directory: Path | None, saved: Any, options: ReadOptions, prefix: Path | None = None
) -> Model:
    if not saved.meta_graphs:
        raise NotAudited("the SavedModel holds no graph", format="saved-model")
    if directory is not None:
        prefix = directory / "variables" / "variables"
    bundle = Bundle(prefix) if prefix and Path(f"{prefix}.index").is_file() else None
    try:
        return _Reading(path, directory, saved, bundle, options).model()
    except NotAudited as error:
        error.format = "saved-model"
        raise


def _parse(directory: Path, options: ReadOptions) -> Any:
    for name in ("saved_model.pb", "saved_model.pbtxt"):
        file = directory / name
        if file.is_file():
            if file.stat().st_size > options.max_graph:
                raise NotAudited(f"{name} is larger than {options.max_graph} bytes", format="saved-model")
            return _message(name, file.read_bytes())
    raise NotAudited("the folder holds no saved_model.pb", format="unknown")


def _message(name: str, data: bytes) -> Any:
    if name.endswith("pb"):
        return parse("SavedModel", data, name)
    return parse_text("SavedModel", data.decode(errors="replace"), name)


def _main_graph(meta_graphs: Any) -> Any:
    """Return the graph to serve on a CPU: tagged ``serve`` with fewest other tags, else the first."""
    serving = [meta for meta in meta_graphs if "serve" in meta.meta_info_def.tags]
    return min(serving or meta_graphs[:1], key=lambda meta: len(meta.meta_info_def.tags))


class _Reading:
    """One SavedModel while it is read."""

    def __init__(
        self, path: str, directory: Path | None, saved: Any, bundle: Bundle | None, options: ReadOptions
    ):
        self.path, self.saved, self.bundle, self.options = path, saved, bundle, options
        self.meta = _main_graph(saved.meta_graphs)
        self.checkpoint = self.bundle.object_graph() if self.bundle else None
        has_objects = len(self.meta.object_graph_def.nodes) > 0
        self.objects = ObjectGraph(self.meta.object_graph_def, self.checkpoint) if has_objects else None
        self.keras = keras_root(directory, self.objects)
        self.topology = keras_topology(self.keras)
        self.layer_of = _layer_names(self.keras, self.objects)
        self.constants: dict[str, Any] = {}
        self.source, self.variables = self._source(self.meta)
        self.signatures = Signatures(self.meta.signature_def, self.source, self.topology)

    def _source(self, meta: Any) -> tuple[GraphSource, Variables]:
        library = Library(meta.graph_def, declared_outputs(meta.meta_info_def.stripped_op_list))
        parts = partitioned(meta.collection_def)
        variables = Variables(self.bundle, self.checkpoint, self.objects, library.main, parts)
        source = GraphSource(library, variables.of_node, self.layer_of, self.options.max_nodes)
        source.constants = self.constants
        return source, variables

    def model(self) -> Model:
        """Put everything together."""
        graph, inputs, outputs = self._serving()
        training = tuple(self._training())
        told = trained(
            self.keras, self.topology, [o.name for o in outputs if o.signature == self.signatures.primary]
        )
        refs = weight_refs(self.bundle, self.checkpoint, self.layer_of) if self.bundle else ()
        constants = Constants(self.constants)
        return Model(
            path=self.path,
            format="saved-model",
            writer=self._writer(),
            graph=graph,
            inputs=inputs,
            outputs=tuple(self._with_training(output, told) for output in outputs),
            training=training,
            optimizer=told.optimizer,
            layers=told.layers,
            weights=refs + constant_refs(iter((graph, *(found.graph for found in training))), self.constants),
            source=Joined(constants, self.bundle) if self.bundle else constants,
            sightings=tuple(sightings(self.saved, self.objects, graph)),
            training_config=told.stored,
            stray_losses=told.stray,
        )

    def _serving(self) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]]:
        """Return what is served: by signatures, else by a function of the object tree."""
        if self.objects is not None and not self.signatures.serving:
            from logitcheck.readers.object_serving import function_to_serve

            found = function_to_serve(self.source, self.objects, self.variables)
            if found is not None:
                return found
        return self.signatures.serve()

    def _writer(self) -> Writer:
        version = self.meta.meta_info_def.tensorflow_version or None
        if self.keras is None:
            return Writer("tensorflow", version, "tensorflow", version)
        return Writer("tf.keras", self.keras.version or version, "tensorflow", version)

    def _training(self) -> Iterator[TrainingGraph]:
        """Yield every graph with a loss, each once: signatures, functions, what else the graphs compute."""
        seen: list[set[str]] = []
        for found in self._losing():
            names = {node.name for node in found.graph.nodes if node.op != "Placeholder"}
            if not any(names <= other for other in seen):
                seen.append(names)
                yield found

    def _losing(self) -> Iterator[TrainingGraph]:
        attempt = training_graphs.attempt
        for name, signature in self.signatures.training.items():
            yield from attempt(training_graphs.from_signature, self.source, name, signature)
        if self.objects is not None:
            done = [name for s in self.signatures.all.values() for name in self.signatures.cores(s)]
            yield from training_graphs.from_objects(
                self.source, self.objects, self.variables, done, keras=self.keras is not None
            )
        for meta in self.saved.meta_graphs:
            source = self.source if meta is self.meta else self._source(meta)[0]
            name = ",".join(meta.meta_info_def.tags) or "graph"
            yield from attempt(training_graphs.from_main, source, name)

    def _with_training(self, output: Output, told: Trained) -> Output:
        if output.signature != self.signatures.primary or output.name not in told.losses:
            return output
        return replace(output, loss=told.losses[output.name], metrics=told.metrics.get(output.name, ()))


def _layer_names(root: KerasRoot | None, objects: ObjectGraph | None) -> LayerOf:
    """Return the way to find layers in node names: by the stored configuration, by scopes, or not at all."""
    if root is not None and root.config.get("layers"):
        return layer_names.by_config(root.config)
    if objects is None:
        return layer_names.no_layer
    children = {child.local_name for child in objects.nodes[0].children}
    if root is None and not children & KERAS_CHILDREN:
        return layer_names.no_layer
    names = (node.variable.name for node in objects.nodes if node.WhichOneof("kind") == "variable")
    return layer_names.by_scope(names)
