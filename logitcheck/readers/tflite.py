"""TensorFlow Lite files: the first subgraph, or the one its signature names.

A quantised tensor stands for real numbers, and the graph computes with those: an input is dequantised by
plain arithmetic, a quantised output ends in ``FakeQuantWithMinMaxArgs`` whose ``dtype`` is the stored one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from logitcheck.errors import NotAudited
from logitcheck.graph import Graph, Ref
from logitcheck.model import Input, Model, Output, Sighting, Writer
from logitcheck.readers.flatbuffer import Damaged, Table, root
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.tflite_lowering import Lowering, Operator
from logitcheck.readers.tflite_ops import lower_op
from logitcheck.readers.tflite_schema import CUSTOM, op_name
from logitcheck.readers.tflite_tensors import (
    LiteConstants,
    LiteTensor,
    constant_attrs,
    read_tensors,
    weight_refs,
)

IDENTIFIER = b"TFL3"
NOT_COMPUTED = "a tensor that nothing computes"
CUSTOM_PREFIX = "custom "
FLEX = CUSTOM_PREFIX + "Flex"
"""Before the name of a TensorFlow op that TensorFlow Lite runs as it is."""

RECURRENT = frozenset(
    {"LSTM", "RNN", "SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN"}
    | {"BIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN"}
)
"""Ops that keep states from call to call."""

IN_MEMORY = 64 << 20
"""Bytes of a file that is read as a whole."""


def is_tflite(head: bytes) -> bool:
    """Tell a TensorFlow Lite file by its first 8 bytes."""
    return head[4:8] == IDENTIFIER


def read_tflite(path: str | Path, options: ReadOptions = DEFAULTS) -> Model:
    """Read a TensorFlow Lite file.

    Raises NotAudited where it is damaged or holds no graph.
    """
    file = Path(path)
    if file.stat().st_size > options.max_graph:
        raise NotAudited(f"the file is larger than {options.max_graph} bytes", format="tflite")
    data = _bytes_of(file)
    if not is_tflite(bytes(data[:8])):
        raise NotAudited("the file is no TensorFlow Lite flatbuffer")
    try:
        return _Reading(str(path), root(data), options).model()
    except NotAudited as error:
        error.format = "tflite"
        raise


def _bytes_of(file: Path) -> memoryview:
    """Return the file's bytes, those of a large file without holding them all in memory.

    A small one is not mapped, since a process that reads a map ends when somebody cuts the file short.
    """
    import mmap

    with file.open("rb") as stream:
        if file.stat().st_size <= IN_MEMORY:
            return memoryview(stream.read(IN_MEMORY))
        return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))


class Ends(NamedTuple):
    """What a signature or a subgraph takes and answers: names and tensor numbers."""

    inputs: dict[str, int]
    outputs: dict[str, int]
    signature: str | None = None


class _Reading:
    """One file while it is read."""

    def __init__(self, path: str, file: Table, options: ReadOptions):
        self.path, self.file, self.options = path, file, options
        graphs = list(file.tables(2))
        if not graphs:
            raise NotAudited("the file holds no graph")
        signature = next(file.tables(7), None)
        number = signature.integer(4, "<I") if signature else 0
        if number >= len(graphs):
            raise Damaged
        self.graph = graphs[number]
        self.tensors = read_tensors(self.graph, list(self._buffers()))
        self.constants = LiteConstants({t.name: t for t in self.tensors if t.data is not None})
        self.ends = self._ends(signature)
        self.codes = list(self._codes())
        self.made = Lowering()
        self.refs: dict[int, Ref] = {}

    def _buffers(self) -> Iterator[memoryview]:
        """Yield the bytes of every buffer; those of large files lie behind the flatbuffer itself."""
        for table in self.file.tables(4):
            offset, size = table.integer(1, "<Q"), table.integer(2, "<Q")
            if offset > 1:
                if offset + size > len(self.file.data):
                    raise Damaged
                yield self.file.data[offset : offset + size]
            else:
                yield table.raw(0)

    def _codes(self) -> Iterator[str]:
        for table in self.file.tables(1):
            number = max(table.integer(0, "<b"), table.integer(3))
            yield f"{CUSTOM_PREFIX}{table.text(1)}" if number == CUSTOM else op_name(number)

    def _ends(self, signature: Table | None) -> Ends:
        if signature is not None:
            inputs, outputs = (
                {entry.text(0): entry.integer(1, "<I") for entry in signature.tables(field)}
                for field in (0, 1)
            )
            return Ends(inputs, outputs, signature.text(2) or None)
        named = [{self._tensor(n).name: n for n in self.graph.integers(field)} for field in (1, 2)]
        return Ends(named[0], named[1])

    def _tensor(self, number: int) -> LiteTensor:
        if not 0 <= number < len(self.tensors):
            raise Damaged
        return self.tensors[number]

    def model(self) -> Model:
        """Put everything together."""
        inputs = tuple(self._input(name, number) for name, number in self.ends.inputs.items())
        sightings = dict(self._operators())
        outputs = tuple(self._output(name, number) for name, number in self.ends.outputs.items())
        nodes = tuple(self.made.nodes.values())
        graph = Graph(nodes, tuple(i.node for i in inputs), tuple(output.ref for output in outputs))
        return Model(
            path=self.path,
            format="tflite",
            writer=Writer("tflite", str(self.file.integer(0, "<I"))),
            graph=graph,
            inputs=inputs,
            outputs=outputs,
            weights=weight_refs(self.constants.tensors),
            source=self.constants,
            sightings=tuple(sightings.values()),
        )

    def _input(self, name: str, number: int) -> Input:
        tensor = self._tensor(number)
        ref = self.made.add(tensor.name, "Placeholder", dtype=tensor.dtype, shape=tensor.shape)
        self.refs[number] = self._dequantised(tensor, ref)
        return Input(name, ref.node, tensor.shape, tensor.dtype)

    def _dequantised(self, tensor: LiteTensor, ref: Ref) -> Ref:
        """Return scale * (x - zero_point)."""
        if tensor.quantisation is None:
            return ref
        made, name = self.made, tensor.name
        real = made.add(f"{name}/Cast", "Cast", ref, SrcT=tensor.dtype, DstT="float32")
        zero = made.constant(f"{name}/zero_point", tensor.quantisation.zero_point[0], "float32")
        scale = made.constant(f"{name}/scale", tensor.quantisation.scale[0], "float32")
        return made.add(f"{name}/real", "Mul", made.add(f"{name}/shifted", "Sub", real, zero), scale)

    def _operators(self) -> Iterator[tuple[str, Sighting]]:
        """Lower every op in the file's order, which is that of execution; yield each kind of op."""
        for table in self.graph.tables(3):
            code = table.integer(0, "<I")
            outputs = table.integers(2)
            if code >= len(self.codes) or len(self.made.nodes) > self.options.max_nodes:
                raise Damaged
            numbers = [number for number in table.integers(1) if number >= 0]
            slots = [slot for slot, number in enumerate(table.integers(1)) if number >= 0]
            op = Operator(
                self.codes[code],
                table.table(4),
                [self._tensor(number) for number in numbers],
                [self._ref(number) for number in numbers if not self._is_state(number, code)],
                slots,
            )
            if outputs:
                ref = lower_op(self.made, op, self._tensor(outputs[0]))
                self.refs.update({number: Ref(ref.node, index) for index, number in enumerate(outputs)})
            yield op.kind, _sighting(op.kind, self._tensor(outputs[0]).name if outputs else "")

    def _is_state(self, number: int, code: int) -> bool:
        """Tell whether a tensor is the state that a recurrent op keeps, which nothing computes."""
        return self._tensor(number).variable and self.codes[code] in RECURRENT

    def _ref(self, number: int) -> Ref:
        """Return where a tensor is in the graph; a constant is placed when it is first read."""
        if number not in self.refs:
            tensor = self._tensor(number)
            if tensor.data is None:
                self.refs[number] = self.made.add(tensor.name, "Unknown", what=NOT_COMPUTED)
            else:
                attrs = constant_attrs(tensor, self.constants)
                self.refs[number] = self.made.add(tensor.name, "Const", **attrs)
        return self.refs[number]

    def _output(self, name: str, number: int) -> Output:
        tensor, ref = self._tensor(number), self._ref(number)
        if tensor.quantisation is not None and tensor.dtype in ("int8", "uint8", "int16"):
            low, high = tensor.quantisation.range(tensor.dtype)
            ref = self.made.add(
                f"{tensor.name}/quantised",
                "FakeQuantWithMinMaxArgs",
                ref,
                min=low,
                max=high,
                num_bits=16 if tensor.dtype == "int16" else 8,
                narrow_range=False,
                dtype=tensor.dtype,
                scale=tensor.quantisation.scale[0],
                zero_point=tensor.quantisation.zero_point[0],
            )
        return Output(name, ref, signature=self.ends.signature, shape=tensor.shape)


def _sighting(kind: str, where: str) -> Sighting:
    """Name an op: one of TensorFlow's own, a stranger, or a builtin, which runs nothing but arithmetic."""
    if kind.startswith(FLEX):
        return Sighting("op", where, kind[len(FLEX) :])
    if kind.startswith(CUSTOM_PREFIX):
        return Sighting("custom-op", where, kind[len(CUSTOM_PREFIX) :])
    return Sighting("op", where, kind, {"dialect": "tflite"})
