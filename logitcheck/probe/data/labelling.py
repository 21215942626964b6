"""Labels: which array belongs to which output, words as numbers, and a file of labels beside the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.piece import LABEL_NAMES, Source

WORDS_CAP = 10_000
"""Different words, at most, that are taken for names of classes."""


def chosen(values: Mapping[str, Array], outputs: tuple[str, ...], column: str | None) -> dict[str, Array]:
    """Return labels by output. Raises ValueError where it is not clear which are meant.

    Taken are: the column asked for, arrays named like outputs, one with a usual name, the only one there is,
    columns of numbers side by side (one-hot rows).
    """
    if column is not None:
        if column not in values:
            raise ValueError(f"the labels have no column {column!r} (they have {', '.join(values)})")
        return {outputs[0]: values[column]}
    named = {name: values[name] for name in outputs if name in values}
    if named:
        return named
    usual = [name for name in LABEL_NAMES if name in values]
    if len(outputs) > 1:
        raise ValueError(
            f"the model has {len(outputs)} outputs; name the labels after them: {', '.join(outputs)}"
        )
    if usual or len(values) == 1:
        return {outputs[0]: values[usual[0]] if usual else next(iter(values.values()))}
    if all(array.ndim == 1 and array.dtype.kind in "fiub" for array in values.values()):
        return {outputs[0]: np.stack(list(values.values()), axis=1)}
    raise ValueError(f"which labels are meant: {', '.join(values)}? (--labels FILE:COLUMN)")


class Beside:
    """Reads a source in step with another one, however long their pieces are."""

    def __init__(self, source: Source, size: int) -> None:
        self._name = source.name
        self._pieces = source.pieces(size)
        self._left: dict[str, Array] = {}

    def take(self, rows: int) -> dict[str, Array]:
        """Return that many rows. Raises ValueError where there are no more."""
        while not self._left or len(next(iter(self._left.values()))) < rows:
            piece = next(self._pieces, None)
            if piece is None:
                raise ValueError(f"{self._name} has fewer labels than the data have rows")
            self._left = {
                key: np.concatenate([self._left[key], array]) if key in self._left else array
                for key, array in piece.values.items()
            }
        taken = {key: array[:rows] for key, array in self._left.items()}
        self._left = {key: array[rows:] for key, array in self._left.items()}
        return taken

    def end(self) -> None:
        """Raise ValueError where labels are left over."""
        if next(self._pieces, None) is not None or any(len(array) for array in self._left.values()):
            raise ValueError(f"{self._name} has more labels than the data have rows")


def vocabulary(labels: Iterator[Array], source: Source) -> tuple[bytes, ...]:
    """Return all words in order. Raises ValueError for too many, which are no classes."""
    words: set[bytes] = set()
    for some in labels:
        words.update(_bytes(some))
        if len(words) > WORDS_CAP:
            raise ValueError(f"{source.name} has more than {WORDS_CAP} different words as labels")
    return tuple(sorted(words))


def numbered(labels: Array, words: tuple[bytes, ...]) -> Array:
    """Return each word's place in the vocabulary."""
    places = {word: number for number, word in enumerate(words)}
    return np.array([places[word] for word in _bytes(labels)]).reshape(labels.shape)


def _bytes(labels: Array) -> list[bytes]:
    return [
        word if isinstance(word, bytes) else str(word).encode("utf-8", "replace")
        for word in labels.reshape(-1)
    ]
