"""What passes between the auditor and the probe's child process: pure data, as JSON over a pipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

Notify: TypeAlias = "Callable[[int, int | None], None]"
"""Takes how many rows of the user's data are done, and of how many where that is known."""


class InputPlan(NamedTuple):
    """How to make one input."""

    name: str
    shape: tuple[int | None, ...] | None
    """As declared, batch axis first; None where unknown."""

    dtype: str
    """NumPy's name; ``string`` for text."""

    kind: str = "number"
    """``number``, ``ids`` (whole numbers from 0 up to ``high``), ``text``, ``image-file``."""

    high: int | None = None
    """Of ids: the first number that is too large for the table they index."""

    node: str = ""
    """Its Placeholder in the audited graph."""

    low: float | None = None
    """Least value the user declared (``--input-range``); None where he declared none."""

    top: float | None = None
    """Largest value the user declared."""


class LossPlan(NamedTuple):
    """What one output is trained on, as :class:`~logitcheck.model.Loss` has it."""

    name: str
    """Canonical, of a built-in loss."""

    from_logits: bool | None = None
    axis: int = -1
    label_smoothing: float = 0.0
    config: Mapping[str, Any] = {}
    """The stored arguments that are plain numbers, words or switches."""


class OutputPlan(NamedTuple):
    """One output to measure."""

    name: str
    """As the model's :class:`~logitcheck.model.Output` has it."""

    node: str
    """Its op in the audited graph."""

    port: int = 0
    signature: str | None = None
    loss: LossPlan | None = None
    """None where none is known or it is not built in."""


class Suspect(NamedTuple):
    """One op that the range analysis fears, for a search of inputs that prove it right."""

    graph: str
    """Name of the training graph, empty for the graph that is served."""

    node: str
    argument: int
    """Which of its inputs is feared."""

    aim: str
    """Where the danger lies: ``up``, ``down``, ``zero`` or ``out`` (away from 0) of the argument;
    ``large``: of the op's own result, away from 0.
    """

    gradient: bool = False
    """True where the value stays finite and the gradient is feared for."""

    moved: bool = False
    """True where only other weights can do it: it is asked how far off those are."""


class Span(NamedTuple):
    """What one placeholder may hold."""

    graph: str
    node: str
    low: float
    high: float


@dataclass(frozen=True)
class ProbeRequest:
    """What the child has to do."""

    path: str
    """Absolute path of the model."""

    format: str
    runtimes: tuple[str, ...]
    """Modules of ``logitcheck.probe.runtimes`` to try, in order."""

    inputs: tuple[InputPlan, ...] = ()
    outputs: tuple[OutputPlan, ...] = ()
    trust: bool = False
    """Deserialise code that the file holds."""

    data: str | None = None
    """The user's own data: a file or a folder, see :mod:`logitcheck.probe.data`."""

    labels: str | None = None
    """The file with its labels."""

    image_scale: str | None = None
    """``0:1``, ``-1:1`` or ``0:255``, for pictures."""

    progress: bool = False
    """Tell how far the user's data are done."""

    custom_objects: str | None = None
    """``module:function`` that gives the user's own classes by name."""

    code: str | None = None
    """Folder where that module is looked for first; None without it."""

    clip: Mapping[str, float] = field(default_factory=dict)
    """What the stored optimizer clips gradients to: ``clipnorm``, ``clipvalue``, ``global_clipnorm``."""

    topics: tuple[str, ...] = ()
    """Modules of ``logitcheck.probe.topics``, in the order they are to run."""

    rows: int = 32
    seed: int = 0
    timeout: float = 120.0
    """Seconds of wall time."""

    memory: int = 8 << 30
    """Bytes of address space beyond what the bare worker takes."""

    device: str | None = None
    """None is the CPU."""

    task: str = "measure"
    """``measure``, ``hunt`` (search inputs for ``suspects``) or ``replay`` (run what ``witness`` holds)."""

    suspects: tuple[Suspect, ...] = ()
    spans: tuple[Span, ...] = ()
    budget: float = 0.0
    """Seconds for the search."""

    witness: str | None = None
    """The ``.npz`` to replay."""


@dataclass(frozen=True)
class OutputMeasure:
    """What one output showed on the probe batches."""

    name: str
    rows: int
    shape: tuple[int, ...]
    dtype: str
    min: float | None
    """None where no finite value was seen."""

    max: float | None
    sum_axis: int | None
    """The axis, counted from the end, along which the sums come nearest to 1; None below rank 1."""

    sum_min: float | None
    sum_max: float | None
    nan: int
    inf: int
    exact_zero: int
    exact_one: int
    constant: bool = False
    """The same for every row although the rows of the input differ."""

    size: int = 0
    """How many values were seen."""

    clipped: int = 0
    """How many lie in [0, 1] within 1e-7 of an end: a loss on probabilities clips them, gradient 0."""


@dataclass(frozen=True)
class Measurements:
    """One reply of the child."""

    runtime: str
    """``keras 3``, ``tf_keras``, ``saved-model``, ``graph-def``, ``tflite`` or ``own``."""

    outputs: tuple[OutputMeasure, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    """``tensorflow``, ``keras``, ``numpy``."""

    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further measurements by topic; each topic's file documents its keys."""
