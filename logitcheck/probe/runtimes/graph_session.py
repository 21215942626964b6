"""Runs a graph in a session of TensorFlow's first interface, which imports no more than the graph holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.protocol import InputPlan
from logitcheck.probe.runtimes.runtime import RuntimeProblemError, shortened


class SessionRuntime:
    """A graph in a session; see :class:`Runtime`.

    ``feeds`` are the tensor names of the inputs, ``fetches`` those of the outputs under the outputs' names.
    """

    def __init__(
        self,
        label: str,
        graph_def: Any,
        inputs: tuple[InputPlan, ...],
        feeds: Sequence[str],
        fetches: Mapping[str, str],
    ):
        import numpy as np
        import tensorflow as tf

        self.label = label
        self.versions: Mapping[str, str] = {"tensorflow": tf.__version__, "numpy": np.__version__}
        self._feeds = list(feeds)
        self._fetches = dict(fetches)
        self.graph = tf.Graph()
        try:
            with self.graph.as_default():
                tf.import_graph_def(graph_def, name="")
        except Exception as problem:
            raise RuntimeProblemError("load-failure", shortened(problem)) from problem
        self.inputs = tuple(self._shaped(plan, feed) for plan, feed in zip(inputs, feeds, strict=True))
        self.session = tf.compat.v1.Session(graph=self.graph, config=hasty(tf))

    def _shaped(self, plan: InputPlan, feed: str) -> InputPlan:
        """Take the graph's own word for a shape that the signature leaves open, or gives as a scalar's."""
        shape = self.graph.get_tensor_by_name(feed).shape
        return plan if plan.shape or shape.rank is None else plan._replace(shape=tuple(shape.as_list()))

    def run(self, arrays: Sequence[Array]) -> dict[str, Array]:
        """Return the outputs; see :class:`Runtime`."""
        given = dict(zip(self._feeds, arrays, strict=True))
        return {name: as_array(value) for name, value in self.session.run(self._fetches, given).items()}


def hasty(tf: Any) -> Any:
    """Return options to run a graph as it stands: making it faster costs more than a few runs gain."""
    options = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    options.graph_options.rewrite_options.disable_meta_optimizer = True
    options.graph_options.optimizer_options.opt_level = tf.compat.v1.OptimizerOptions.L0
    # without it every function is instantiated and optimised by itself
    options.graph_options.optimizer_options.do_function_inlining = True
    return options


def as_array(value: Any) -> Array:
    """Return a session's answer as an array, bfloat16 as float32, of sparse and ragged ones the values."""
    import numpy as np

    array = np.asarray(getattr(value, "values", value))
    return array if array.dtype.kind in "biufcSUO" else array.astype(np.float32)


def plan_of(info: Any, name: str) -> InputPlan:
    """Return the plan of an input that a signature declares (TensorInfo)."""
    import tensorflow as tf

    shape = None
    if not info.tensor_shape.unknown_rank:
        shape = tuple(None if axis.size < 0 else int(axis.size) for axis in info.tensor_shape.dim)
    return InputPlan(name, shape, tf.dtypes.as_dtype(info.dtype).name)
