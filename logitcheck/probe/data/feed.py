"""The user's data as a model takes them: batches of input with their labels, from the first row on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from logitcheck.probe.array import Array
from logitcheck.probe.data import fit, labelling
from logitcheck.probe.data.arrays import open_npy, open_npz
from logitcheck.probe.data.images import open_images
from logitcheck.probe.data.kinds import data_kind, label_kind, split_labels
from logitcheck.probe.data.piece import LABEL_NAMES, Source
from logitcheck.probe.data.text import open_text
from logitcheck.probe.data.tfrecord import open_tfrecord
from logitcheck.probe.protocol import InputPlan, ProbeRequest

OPENERS = {"npy": open_npy, "npz": open_npz, "text": open_text, "tfrecord": open_tfrecord}


@dataclass(frozen=True)
class Fed:
    """Some rows for every input, and labels by output."""

    arrays: tuple[Array, ...]
    labels: Mapping[str, Array]

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.arrays[0])


@dataclass(frozen=True)
class Feed:
    """Data and labels side by side."""

    plans: tuple[InputPlan, ...]
    outputs: tuple[str, ...]
    data: Source
    labels: Source | None
    column: str | None
    scale: str
    words: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Labels that are words, by output: their number is their place in order."""

    @property
    def rows(self) -> int | None:
        """How many rows there are, where that is known beforehand."""
        return self.data.rows

    def note(self) -> dict[str, Any]:
        """Return what the report says of the data: ``file``, ``kind``, ``classes``, ``scale``…"""
        named = {
            name: [word.decode("utf-8", "replace") for word in all_] for name, all_ in self.words.items()
        }
        return {"file": self.data.name, **self.data.note, **({"words": named} if named else {})}

    def batches(self, size: int) -> Iterator[Fed]:
        """Yield all rows, at most ``size`` at a time. Raises ValueError with a sentence for the user."""
        beside = labelling.Beside(self.labels, size) if self.labels else None
        for piece in self.data.pieces(size):
            features, own = self._apart(piece.values)
            arrays = fit.inputs(features, self.plans, self.data.name, self.scale)
            given = labelling.chosen(beside.take(piece.rows), self.outputs, self.column) if beside else own
            yield Fed(tuple(arrays), {name: self._numbers(name, array) for name, array in given.items()})
        if beside:
            beside.end()

    def _apart(self, values: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Tell features from labels, which go by an output's name or by a usual one."""
        inputs = {plan.name for plan in self.plans}
        keys = {key for key in values if key not in inputs and (key in LABEL_NAMES or key in self.outputs)}
        if len(keys) == len(values):
            return dict(values), {}
        found = {key: values[key] for key in values if key in keys}
        features = {key: values[key] for key in values if key not in keys}
        return features, labelling.chosen(found, self.outputs, None) if found else {}

    def _numbers(self, output: str, labels: Array) -> Array:
        """Return labels as numbers; words get the number of their place in order."""
        if labels.dtype.kind not in "OSU":
            return labels
        if output not in self.words:
            self.words[output] = labelling.vocabulary(self._all_labels(output), self.labels or self.data)
        return labelling.numbered(labels, self.words[output])

    def _all_labels(self, output: str) -> Iterator[Array]:
        """Yield one output's labels from the first to the last, once more."""
        for piece in (self.labels or self.data).pieces(1024):
            if self.labels:
                yield labelling.chosen(piece.values, self.outputs, self.column)[output]
            else:
                yield self._apart(piece.values)[1][output]


def open_feed(request: ProbeRequest, plans: tuple[InputPlan, ...]) -> Feed:
    """Open the data and labels that a request names. Raises ValueError with a sentence for the user."""
    assert request.data is not None
    scale = request.image_scale or "0:1"
    kind = data_kind(request.data)
    data = open_images(request.data, plans, scale) if kind == "images" else OPENERS[kind](request.data)
    labels, column = None, None
    if request.labels is not None:
        file, column = split_labels(request.labels)
        labels = OPENERS[label_kind(file)](file)
        if None not in (labels.rows, data.rows) and labels.rows != data.rows:
            raise ValueError(
                f"{Path(file).name} has {labels.rows} labels for {data.rows} rows of {data.name}"
            )
    return Feed(plans, tuple(item.name for item in request.outputs), data, labels, column, scale)
