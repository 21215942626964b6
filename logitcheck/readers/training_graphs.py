"""Graphs that compute a loss: signatures, functions of a module, and what is left of a TF1 graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.graph import Ref
from logitcheck.model import TrainingGraph
from logitcheck.readers.dtypes import dtype_name
from logitcheck.readers.flat_graph import pruned
from logitcheck.readers.frames import Frame
from logitcheck.readers.function_library import Library, called
from logitcheck.readers.graph_source import GraphSource, feed, results
from logitcheck.readers.inline import Inliner
from logitcheck.readers.object_graph import ObjectGraph
from logitcheck.readers.plain_graph import FUSED, Forward
from logitcheck.readers.variables import Variables

LOGS = frozenset({"Log", "Log1p", "LogSoftmax", "Softplus"})
LOSS_NAME = re.compile(r"(^|[^a-z])(loss|cost|objective|cross_entropy|xent|train|eval)", re.IGNORECASE)
PREDICTION_METHODS = ("predict", "classify", "regress")
GRAPHS_LIMIT = 32
"""Training graphs of one file that are looked at."""


def is_training_signature(name: str, signature: Any) -> bool:
    """Tell whether a signature's purpose is a loss: by its name, its method or an output's name."""
    method = signature.method_name.rsplit("/", 1)[-1]
    if LOSS_NAME.search(name) or any(LOSS_NAME.search(key) for key in signature.outputs):
        return True
    return bool(method) and method not in PREDICTION_METHODS and bool(LOSS_NAME.search(method))


def from_signature(source: GraphSource, name: str, signature: Any) -> TrainingGraph:
    """Place a training signature in a graph of its own."""
    inliner, frame = source.inliner(), Frame(source.library.main)
    inputs = feed(inliner, frame, signature, by_name=True)
    outputs = inliner.place(frame, results(signature).values())
    return TrainingGraph(name, pruned(inliner.nodes, [entry.node for entry in inputs], outputs))


def attempt(
    make: Callable[..., TrainingGraph | None], source: GraphSource, *arguments: Any
) -> Iterator[TrainingGraph]:
    """Yield a training graph if there is one that can be followed; another must not hide the model."""
    with suppress(NotAudited):
        found = make(source, *arguments)
        if found is not None:
            yield found


def from_main(source: GraphSource, name: str) -> TrainingGraph | None:
    """Return what the nodes outside functions compute as a loss, None where they compute none."""
    body = source.library.main
    losses = Forward(body.nodes).losses()
    if not losses:
        return None
    inliner, frame = source.inliner(), Frame(body)
    outputs = inliner.place(frame, losses)
    inputs = [node.name for node in inliner.nodes.values() if node.op == "Placeholder"]
    return TrainingGraph(name, pruned(inliner.nodes, inputs, outputs))


def from_objects(
    source: GraphSource, objects: ObjectGraph, variables: Variables, served: Iterable[str], *, keras: bool
) -> Iterator[TrainingGraph]:
    """Yield the functions hanging in the object tree that compute a loss and that no signature serves.

    In a Keras file only fused losses count: its layers' own functions are many, and hold no other loss.
    """
    library = source.library
    done = {core(library, name) for name in served}
    losing = reaching(library, FUSED)
    logging = set() if keras else reaching(library, LOGS)
    for path, name in objects.functions():
        own = core(library, name)
        telling = name in losing or (not keras and (name in logging or bool(LOSS_NAME.search(path))))
        if telling and own not in done and name in library.functions and len(done) < GRAPHS_LIMIT:
            done.add(own)
            yield from attempt(_from_function, source, objects, variables, path or name, name)


def _from_function(
    source: GraphSource, objects: ObjectGraph, variables: Variables, path: str, name: str
) -> TrainingGraph:
    inliner, frame, inputs = opened(source, objects, variables, path, name)
    outputs = inliner.place(frame, [*frame.body.returns, *Forward(frame.body.nodes).losses()])
    return TrainingGraph(path, pruned(inliner.nodes, inputs, dict.fromkeys(outputs)))


def opened(
    source: GraphSource, objects: ObjectGraph, variables: Variables, path: str, name: str
) -> tuple[Inliner, Frame, list[str]]:
    """Return an empty graph for a function of the object tree, its frame, and the nodes that feed it.

    Raises NotAudited where the function is missing or captures more than it takes.
    """
    body = source.library.body(name)
    if body is None:
        raise NotAudited(f"function {name!r} is missing")
    inliner, captures = source.inliner(), objects.captures(name)
    first = len(body.args) - len(captures)
    if first < 0:
        raise NotAudited(f"function {name!r} captures more than it takes")
    bound: dict[str, tuple[Ref, ...]] = {}
    for number, (arg, kind) in enumerate(zip(body.args, body.arg_types, strict=True)):
        captured = captures[number - first] if number >= first else None
        if captured is not None and objects.kind(captured) == "variable":
            attrs = dict(variables.of_object(captured))
            bound[arg] = (inliner.add(str(attrs["path"]), "Weight", (), attrs),)
        elif captured is not None and objects.kind(captured) == "constant":
            operation = objects.nodes[captured].constant.operation
            bound[arg] = inliner.place(Frame(source.library.main), [operation])
        else:
            bound[arg] = (inliner.placeholder(arg, dtype_name(kind), body.arg_shapes.get(number)),)
    inputs = [bound[arg][0].node for arg in body.args[:first]]
    return inliner, Frame(body, f"{path}/", (name,), bound), inputs


def reaching(library: Library, ops: frozenset[str]) -> set[str]:
    """Return the functions that hold one of some ops, or call one that does."""
    functions = library.functions
    waiting = [name for name, found in functions.items() if any(node.op in ops for node in found.node_def)]
    if not waiting:
        return set()
    callers: dict[str, set[str]] = {}
    for name, function in functions.items():
        for callee in called(function.node_def, functions):
            callers.setdefault(callee, set()).add(name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += callers.get(name, ())
    return found


def core(library: Library, name: str) -> str:
    """Return the function at the bottom of wrappers that only call one other."""
    for _ in range(16):
        function = library.functions.get(name)
        nodes = [n for n in function.node_def if n.op not in ("Identity", "NoOp")] if function else []
        callees = list(called(nodes, library.functions)) if len(nodes) == 1 else []
        if len(callees) != 1:
            return name
        name = callees[0]
    return name
