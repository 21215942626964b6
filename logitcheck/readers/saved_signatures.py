"""The signatures of one SavedModel: which serve, which train, and the graph of all that serve."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from logitcheck.graph import Graph, Ref
from logitcheck.model import Input, Output
from logitcheck.readers.flat_graph import pruned
from logitcheck.readers.frames import Frame
from logitcheck.readers.function_library import called
from logitcheck.readers.graph_source import GraphSource, feed, layer_behind, results, stated
from logitcheck.readers.plain_serving import serving
from logitcheck.readers.saved_training import in_keras_order
from logitcheck.readers.training_graphs import core, is_training_signature
from logitcheck.topology import Topology

DEFAULT_SIGNATURE = "serving_default"


class Signatures:
    """Looks at a metagraph's signatures; places nodes only when asked for a graph."""

    def __init__(self, signatures: Any, source: GraphSource, topology: Topology | None):
        self.source = source
        self.topology = topology
        self._stored = signatures

    @cached_property
    def all(self) -> dict[str, Any]:
        """The signatures that answer something, the one to serve first in front."""
        found = {
            name: signature
            for name, signature in sorted(self._stored.items())
            if not name.startswith("__") and results(signature)
        }
        order = sorted(found, key=lambda name: self._rank(name, found[name]))
        return {name: found[name] for name in order}

    def _rank(self, name: str, signature: Any) -> tuple[bool, bool, bool]:
        return name != DEFAULT_SIGNATURE, is_training_signature(name, signature), name != "predict"

    @cached_property
    def primary(self) -> str | None:
        """The signature that is served where none is asked for."""
        return next(iter(self.all), None)

    @cached_property
    def training(self) -> dict[str, Any]:
        """The signatures whose purpose is a loss."""
        return {name: found for name, found in self.all.items() if is_training_signature(name, found)}

    @cached_property
    def serving(self) -> dict[str, Any]:
        """The signatures that predict, each function once; where none does, the first one."""
        found: dict[str, Any] = {}
        seen: set[tuple[str, ...]] = set()
        for name, signature in self.all.items():
            own = self.cores(signature)
            if not found or (name not in self.training and not (own and own in seen)):
                found[name] = signature
                seen.add(own)
        return found

    def cores(self, signature: Any) -> tuple[str, ...]:
        """Return the functions that compute a signature's outputs; empty where plain nodes do."""
        library = self.source.library
        names = {library.main.locate(text)[0] for text in results(signature).values()}
        nodes = [library.main.nodes[name] for name in names if name in library.main.nodes]
        return tuple(sorted({core(library, name) for name in called(nodes, library.functions)}))

    def serve(self) -> tuple[Graph, tuple[Input, ...], tuple[Output, ...]]:
        """Place every serving signature in one graph; without any, what the graph's shape suggests.

        Raises NotAudited where the nodes cannot be followed.
        """
        if not self.serving:
            return serving(self.source)
        inliner, frame = self.source.inliner(), Frame(self.source.library.main)
        inputs: dict[str, Input] = {}
        outputs: list[Output] = []
        for name, signature in self.serving.items():
            fed = [entry for entry in feed(inliner, frame, signature) if entry.node not in inputs]
            inputs.update({entry.node: entry for entry in fed})
            wanted = results(signature)
            order = in_keras_order(list(wanted), self.topology)
            refs = inliner.place(frame, [wanted[key] for key in order])
            taken = {output.ref for output in outputs}
            outputs += [
                _output(key, ref, layer_behind(inliner.nodes, ref), name, signature)
                for key, ref in zip(order, refs, strict=True)
                if ref not in taken
            ]
        graph = pruned(inliner.nodes, inputs, [output.ref for output in outputs])
        return graph, tuple(inputs.values()), tuple(outputs)


def _output(key: str, ref: Ref, layer: str | None, name: str, signature: Any) -> Output:
    """Return one output of the signature ``name``."""
    shape, dtype = stated(signature, key)
    return Output(key, ref, layer, signature=name, shape=shape, dtype=dtype)
