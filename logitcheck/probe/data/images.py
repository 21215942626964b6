"""Folders of images, one folder a class or flat; decoded by TensorFlow, in the model's own process only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from logitcheck.probe.array import Array
from logitcheck.probe.data.kinds import PICTURES
from logitcheck.probe.data.piece import Piece, Source
from logitcheck.probe.protocol import InputPlan

UNKNOWN_SIZE = 224
"""Pixels of a side that the model leaves open: what most published classifiers were trained on."""

FILE_CAP = 64 << 20
"""Bytes of one image file."""


def open_images(path: str, plans: tuple[InputPlan, ...], scale: str) -> Source:
    """Open a folder for a model of one input; labels are the numbers of the class folders in order of name.

    Pictures are resized (bilinear) to the input's size and brought to the range ``scale``. Raises ValueError.
    """
    name = Path(path).name
    classes, files = listed(Path(path))
    if not files:
        raise ValueError(f"{name} holds no images ({', '.join(PICTURES)}), neither flat nor by class")
    if len(plans) != 1:
        raise ValueError(f"{name}: a folder of images serves one input, the model takes {len(plans)}")
    decode = decoder(plans[0], scale)

    def pieces(size: int) -> Iterator[Piece]:
        for start in range(0, len(files), size):
            some = files[start : start + size]
            rows = [decode(read(file), f"{name}/{file.relative_to(path)}") for _, file in some]
            values = {"": stacked(rows)}
            if classes:
                values["label"] = np.array([number for number, _ in some])
            yield Piece(values, len(some))

    note = {"kind": "images", "scale": scale, "size": list(sides(plans[0])), "classes": classes}
    return Source(name, pieces, len(files), note)


def listed(folder: Path) -> tuple[list[str], list[tuple[int, Path]]]:
    """Return the class folders and every picture with its class's number; links are not followed."""
    found = sorted(entry for entry in folder.iterdir() if not entry.is_symlink())
    folders = [entry for entry in found if entry.is_dir() and any(map(_is_picture, entry.iterdir()))]
    if not folders:
        return [], [(0, entry) for entry in found if _is_picture(entry)]
    files = [
        (number, entry)
        for number, folder in enumerate(folders)
        for entry in sorted(folder.iterdir())
        if _is_picture(entry)
    ]
    return [folder.name for folder in folders], files


def _is_picture(entry: Path) -> bool:
    return entry.suffix.lower() in PICTURES and entry.is_file() and not entry.is_symlink()


def read(file: Path) -> bytes:
    """Return a file's bytes. Raises ValueError for one that is too large."""
    if file.stat().st_size > FILE_CAP:
        raise ValueError(f"{file.name} is larger than {FILE_CAP >> 20} MiB")
    return file.read_bytes()


def stacked(rows: list[Any]) -> Array:
    """Return rows as one array; bytes as objects."""
    return np.array(rows, dtype=object) if isinstance(rows[0], bytes) else np.stack(rows)


def sides(plan: InputPlan) -> tuple[int, int, int]:
    """Return height, width and channels of an input of pictures. Raises ValueError for another input."""
    shape = plan.shape
    if shape is None or len(shape) != 4:
        raise ValueError(f"input {plan.name!r} takes no pictures: its shape is {shape}")
    first = _channels_first(shape)
    height, width, channels = (*shape[2:], shape[1]) if first else shape[1:]
    if channels not in (1, 3, 4, None):
        raise ValueError(f"input {plan.name!r} takes no pictures: it has {channels} channels")
    return height or UNKNOWN_SIZE, width or UNKNOWN_SIZE, channels or 3


def _channels_first(shape: tuple[int | None, ...]) -> bool:
    return shape[1] in (1, 3) and shape[3] not in (1, 3, None)


def decoder(plan: InputPlan, scale: str) -> Callable[[bytes, str], Any]:
    """Return a function from a file's bytes and name to a row of the input. Raises ValueError."""
    if plan.dtype == "string":
        return lambda data, _: data
    height, width, channels = sides(plan)
    low, _, high = scale.partition(":")
    factor = (float(high) - float(low)) / 255.0

    def decode(data: bytes, place: str) -> Array:
        import tensorflow as tf

        try:
            picture = tf.io.decode_image(data, channels=channels, expand_animations=False)
            picture = tf.image.resize(picture, (height, width)).numpy()
        except (tf.errors.OpError, ValueError) as problem:
            raise ValueError(f"{place} is no image that TensorFlow decodes") from problem
        scaled = picture * factor + float(low)
        assert plan.shape is not None
        return np.moveaxis(scaled, -1, 0) if _channels_first(plan.shape) else scaled

    return decode
