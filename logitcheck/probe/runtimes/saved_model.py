"""SavedModels of TensorFlow 1 and 2: one signature, its variables and tables, nothing else of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan, ProbeRequest
from logitcheck.probe.runtimes.graph_session import SessionRuntime, plan_of
from logitcheck.probe.runtimes.kept_model import KeptModel
from logitcheck.probe.runtimes.keras_model import merged
from logitcheck.probe.runtimes.prune import node_name, pruned
from logitcheck.probe.runtimes.runtime import Runtime, RuntimeProblemError, shortened

INIT_SIGNATURES = ("__saved_model_init_op", "__saved_model_train_op")
INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")
"""Collections with the op that fills tables (tensorflow/python/saved_model/constants.py)."""


def load(request: ProbeRequest) -> Runtime:
    """Import the pruned graph, restore its variables and run its initialiser. Raises RuntimeProblemError."""
    folder = Path(request.path) if Path(request.path).is_dir() else Path(request.path).parent
    meta = meta_graph(folder)
    signature = meta.signature_def[signature_name(meta, request)]
    inputs = {key: plan_of(info, key) for key, info in sorted(signature.inputs.items())}
    feeds = [signature.inputs[key].name for key in inputs]
    fetches = output_tensors(signature, request)
    after = init_ops(meta)
    wanted = [*feeds, *fetches.values(), *after, meta.saver_def.restore_op_name, *_files(meta)]
    plans = merged(request.inputs, tuple(inputs.values()))
    graph_def = pruned(meta.graph_def, {node_name(tensor) for tensor in wanted if tensor})
    runtime = SavedModelRuntime(graph_def, plans, feeds, fetches, meta)
    try:
        _restore(runtime, meta, folder, after)
    except Exception as problem:
        raise RuntimeProblemError("load-failure", shortened(problem)) from problem
    return runtime


class SavedModelRuntime(SessionRuntime):
    """One signature; see :class:`SessionRuntime`. ``meta`` is the MetaGraphDef it comes from, whole."""

    def __init__(
        self,
        graph_def: Any,
        inputs: tuple[InputPlan, ...],
        feeds: Sequence[str],
        fetches: Mapping[str, str],
        meta: Any,
    ):
        super().__init__("saved-model", graph_def, inputs, feeds, fetches)
        self._kept = KeptModel(self.graph, self.session, meta, dict(zip(self.names, feeds, strict=True)))
        self._answers = tuple(fetches.values())

    @property
    def names(self) -> list[str]:
        """The inputs' names, as the signature has them."""
        return [plan.name for plan in self.inputs]

    def model_answers(self, arrays: Sequence[Array], *, training: bool) -> list[Array] | None:
        """Return what the Keras model that was saved beside the signature answers; None where none was.

        Raises RuntimeProblemError where it takes other inputs.
        """
        return self._kept.answers(dict(zip(self.names, arrays, strict=True)), training=training)

    def reads_the_models_weights(self) -> bool:
        """Tell whether the signature reads any variable that the Keras model reads."""
        return bool(self._kept.variables_behind(self._answers) & self._kept.variables)


def meta_graph(folder: Path) -> Any:
    """Return the MetaGraphDef that serves: tagged so, else the first. Raises RuntimeProblemError."""
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    try:
        graphs = parse_saved_model(str(folder)).meta_graphs
    except Exception as problem:
        raise RuntimeProblemError("load-failure", shortened(problem)) from problem
    if not graphs:
        raise RuntimeProblemError("load-failure", "the SavedModel holds no graph")
    return next((graph for graph in graphs if "serve" in graph.meta_info_def.tags), graphs[0])


def signature_name(meta: Any, request: ProbeRequest) -> str:
    """Return the signature that the audited outputs belong to, else the default one, else the first."""
    names = [name for name in sorted(meta.signature_def) if name not in INIT_SIGNATURES]
    asked = [output.signature for output in request.outputs if output.signature in names]
    usable = [name for name in names if meta.signature_def[name].outputs]
    for name in (*asked, "serving_default", *usable):
        if name in usable:
            return str(name)
    raise RuntimeProblemError("load-failure", "the SavedModel has no signature that answers anything")


def output_tensors(signature: Any, request: ProbeRequest) -> Mapping[str, str]:
    """Return tensor names under the names of the audited outputs, which are the signature's keys."""
    named = {key: info.name for key, info in sorted(signature.outputs.items()) if info.name}
    asked = {output.name: named[output.name] for output in request.outputs if output.name in named}
    return asked or named


def init_ops(meta: Any) -> list[str]:
    """Return the names of the ops to run after the variables are restored."""
    found = [meta.signature_def[key] for key in INIT_SIGNATURES[:1] if key in meta.signature_def]
    names = [info.name for signature in found for info in signature.outputs.values()]
    for key in INIT_COLLECTIONS:
        if key in meta.collection_def:
            names.extend(meta.collection_def[key].node_list.value)
    return names


def _files(meta: Any) -> list[str]:
    """Return the tensors that take names of files: the checkpoint's, and those of the assets."""
    return [meta.saver_def.filename_tensor_name, *(file.tensor_info.name for file in meta.asset_file_def)]


def _restore(runtime: SessionRuntime, meta: Any, folder: Path, after: list[str]) -> None:
    checkpoint = folder / "variables" / "variables"
    if meta.saver_def.restore_op_name and checkpoint.with_suffix(".index").exists():
        feed = {meta.saver_def.filename_tensor_name: str(checkpoint)}
        runtime.session.run(runtime.graph.get_operation_by_name(meta.saver_def.restore_op_name), feed)
    assets = {file.tensor_info.name: str(folder / "assets" / file.filename) for file in meta.asset_file_def}
    for name in after:
        runtime.session.run(runtime.graph.get_operation_by_name(node_name(name)), assets)
