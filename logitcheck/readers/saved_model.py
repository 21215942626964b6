"""SavedModel directories of TensorFlow 1 and 2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph
from logitcheck.model import Input, Model, Output, Sighting, TrainingGraph, Writer
from logitcheck.readers import layer_names, training_graphs
from logitcheck.readers.bundle import Bundle
from logitcheck.readers.function_library import Library, called
from logitcheck.readers.graph_source import GraphSource, feed, layer_behind, results
from logitcheck.readers.inline import Frame, LayerOf, pruned
from logitcheck.readers.keras_metadata import KerasRoot, keras_root
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.op_outputs import declared_outputs
from logitcheck.readers.op_sightings import op_sightings
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.plain_serving import serving
from logitcheck.readers.proto.messages import parse, parse_text
from logitcheck.readers.saved_training import Trained, in_keras_order, keras_topology, trained
from logitcheck.readers.stored_constants import Constants, Joined, constant_refs
from logitcheck.readers.training_graphs import core
from logitcheck.readers.variables import Variables, weight_refs

DEFAULT_SIGNATURE = "serving_default"

KERAS_CHILDREN = frozenset({"_endpoint_names", "_misc_assets", "_operations", "_tracked"})
"""Children of the root object that only Keras' own ``export`` and Keras 3 models have."""

KNOWN_OBJECTS = (
    "_tf_keras",
    "_generic_user_object",
    "signature_map",
    "trackable_",
    "optimizer",
    "tf_",
    "_tf",
)
"""Beginnings of the identifiers of objects that TensorFlow and Keras save themselves."""


def read_saved_model(path: str | Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a SavedModel directory.

    Raises NotAudited where it holds no graph, or one that cannot be followed.
    """
    directory = Path(path)
    saved = _parse(directory, options)
    if not saved.meta_graphs:
        raise NotAudited("the SavedModel holds no graph", format="saved-model")
    try:
        return _Reading(str(path), directory, saved, options).model()
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


def _bundle(directory: Path) -> Bundle | None:
    """Return the checkpoint, None where the model has no variables."""
    prefix = directory / "variables" / "variables"
    return Bundle(prefix) if Path(f"{prefix}.index").is_file() else None


class _Reading:
    """One SavedModel while it is read."""

    def __init__(self, path: str, directory: Path, saved: Any, options: ReadOptions):
        self.path, self.saved, self.options = path, saved, options
        self.meta = _main_graph(saved.meta_graphs)
        self.bundle = _bundle(directory)
        self.checkpoint = self.bundle.object_graph() if self.bundle else None
        has_objects = len(self.meta.object_graph_def.nodes) > 0
        self.objects = ObjectGraph(self.meta.object_graph_def, self.checkpoint) if has_objects else None
        self.keras = keras_root(directory, self.objects)
        self.topology = keras_topology(self.keras)
        self.layer_of = _layer_names(self.keras, self.objects)
        self.constants: dict[str, Any] = {}
        self.source, self.variables = self._source(self.meta)

    def _source(self, meta: Any) -> tuple[GraphSource, Variables]:
        library = Library(meta.graph_def, declared_outputs(meta.meta_info_def.stripped_op_list))
        variables = Variables(self.bundle, self.objects, library.main)
        source = GraphSource(library, variables.of_node, self.layer_of, self.options.max_nodes)
        source.constants = self.constants
        return source, variables

    def model(self) -> Model:
        """Put everything together."""
        graph, inputs, outputs = self._serving()
        training = tuple(self._training())
        told = trained(self.keras, self.topology, [o.name for o in outputs if o.signature == self.primary])
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
            sightings=tuple(self._sightings(graph)),
            training_config=told.stored,
            stray_losses=told.stray,
        )

    def _writer(self) -> Writer:
        version = self.meta.meta_info_def.tensorflow_version or None
        if self.keras is None:
            return Writer("tensorflow", version, "tensorflow", version)
        return Writer("tf.keras", self.keras.version or version, "tensorflow", version)

    def _signatures(self) -> dict[str, Any]:
        """Return the signatures that answer something, the one to serve first."""
        found = {
            name: signature
            for name, signature in sorted(self.meta.signature_def.items())
            if not name.startswith("__") and results(signature)
        }
        order = sorted(
            found,
            key=lambda name: (
                name != DEFAULT_SIGNATURE,
                training_graphs.is_training_signature(name, found[name]),
                name != "predict",
            ),
        )
        return {name: found[name] for name in order}

    @cached_property
    def primary(self) -> str | None:
        """The signature that is served where none is asked for."""
        return next(iter(self._signatures()), None)

    def _serving(self) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]]:
        """Place every serving signature in one graph."""
        inliner, frame = self.source.inliner(), Frame(self.source.library.main)
        inputs: dict[str, Input] = {}
        outputs: list[Output] = []
        for name, signature in self._served().items():
            for entry in feed(inliner, frame, signature):
                inputs.setdefault(entry.node, entry)
            wanted = results(signature)
            order = in_keras_order(list(wanted), self.topology)
            refs = inliner.place(frame, [wanted[key] for key in order])
            taken = {output.ref for output in outputs}
            outputs += [
                Output(key, ref, layer_behind(inliner.nodes, ref), signature=name)
                for key, ref in zip(order, refs, strict=True)
                if ref not in taken
            ]
        if not outputs:
            return self._without_signature()
        graph = pruned(inliner.nodes, inputs, dict.fromkeys(output.ref for output in outputs))
        return graph, tuple(inputs.values()), tuple(outputs)

    def _served(self) -> dict[str, Any]:
        """Return the signatures that predict, each function once; the first one whatever it does."""
        found: dict[str, Any] = {}
        cores: set[tuple[str, ...]] = set()
        for name, signature in self._signatures().items():
            own = self._cores(signature)
            if not found or not (
                (own and own in cores) or training_graphs.is_training_signature(name, signature)
            ):
                found[name] = signature
                cores.add(own)
        return found

    def _cores(self, signature: Any) -> tuple[str, ...]:
        """Return the functions that compute a signature's outputs; empty where plain nodes do."""
        body, library = self.source.library.main, self.source.library
        names = {body.locate(text)[0] for text in results(signature).values()}
        nodes = [body.nodes[name] for name in names if name in body.nodes]
        return tuple(sorted({core(library, name) for name in called(nodes, library.functions)}))

    def _without_signature(self) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]]:
        """Serve what the graph's shape suggests, as for a graph without any signature."""
        return serving(self.source)

    def _training(self) -> Iterator[TrainingGraph]:
        """Yield every graph with a loss: signatures, functions, the rest of this graph, the other graphs."""
        served = self._served()
        for name, signature in self._signatures().items():
            if name not in served or training_graphs.is_training_signature(name, signature):
                yield from training_graphs.attempt(
                    training_graphs.from_signature, self.source, name, signature
                )
        if self.objects is not None:
            done = [name for s in self._signatures().values() for name in self._cores(s)]
            yield from training_graphs.from_objects(
                self.source, self.objects, self.variables, done, keras=self.keras is not None
            )
        for meta in self.saved.meta_graphs:
            source = self.source if meta is self.meta else self._source(meta)[0]
            name = ",".join(meta.meta_info_def.tags) or "graph"
            yield from training_graphs.attempt(training_graphs.from_main, source, name)

    def _with_training(self, output: Output, told: Trained) -> Output:
        if output.signature != self.primary or output.name not in told.losses:
            return output
        return replace(output, loss=told.losses[output.name], metrics=told.metrics.get(output.name, ()))

    def _sightings(self, graph: Graph) -> Iterator[Sighting]:
        """Yield ops, assets, objects of other classes than Keras' and TensorFlow's, and missing weights."""
        seen: set[str] = set()
        for meta in self.saved.meta_graphs:
            for sighting in op_sightings(meta.graph_def):
                if sighting.what not in seen:
                    seen.add(sighting.what)
                    yield sighting
            for asset in meta.asset_file_def:
                yield Sighting("asset", asset.tensor_info.name, asset.filename)
        for path, user in self.objects.user_objects() if self.objects else ():
            if not user.identifier.startswith(KNOWN_OBJECTS):
                yield Sighting("custom-object", path, user.identifier)
        missing = [node.name for node in graph.walk() if node.op == "Weight" and node.attrs["key"] is None]
        if missing:
            yield Sighting("weights-missing", missing[0], "variables", {"count": len(missing)})


def _layer_names(root: KerasRoot | None, objects: ObjectGraph | None) -> LayerOf:
    """Return the way to find layers in node names: by the stored configuration, by scopes, or not at all."""
    if root is not None and root.config.get("layers"):
        return layer_names.by_config(root.config)
    if objects is None:
        return layer_names.no_layer
    children = {child.local_name for child in objects.nodes[0].children}
    return layer_names.by_scope if root or children & KERAS_CHILDREN else layer_names.no_layer
