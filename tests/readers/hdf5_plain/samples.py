"""HDF5 files in memory: plain ones as Keras writes them, and ones that are left to HDF5's library."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

Fill = Callable[[Any], None]


def hdf5(fill: Fill, **options: Any) -> bytes:
    """The bytes of a file that a function fills; ``options`` go to ``h5py.File``."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    return buffer.getvalue()


def model(file: Any, layers: int = 3) -> None:
    """A whole model, every list of names in one of the ways in which they are stored."""
    file.attrs["keras_version"] = "2.15.0"
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": "ä" * 5000})
    file.attrs["training_config"] = np.bytes_(b'{"loss": "mse"}')
    file.attrs["backend"] = b"tensorflow"
    weights = file.create_group("model_weights")
    names = [f"layer_{index}" for index in range(layers)]
    weights.attrs["layer_names"] = np.array([name.encode() for name in names])
    for index, name in enumerate(names):
        group = weights.create_group(name)
        own = [f"{name}/kernel:0", f"{name}/bias:0"]
        group.attrs["weight_names"] = own if index % 2 else np.array([each.encode() for each in own])
        group[own[0]] = np.ones((4, 3), "f4")
        group[own[1]] = np.zeros(3, "f4")
    optimizer = file.create_group("optimizer_weights")
    optimizer.attrs["weight_names0"] = [b"training/Adam/iterations:0"]
    optimizer.attrs["weight_names1"] = ["m"]
    optimizer["training/Adam/iterations:0"] = np.int64(7)
    optimizer["m"] = np.float32(0)


def every_number(file: Any) -> None:
    """Arrays of all kinds that are listed plainly."""
    for order in "<>":
        for letter in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"):
            name = ("little_" if order == "<" else "big_") + letter
            file[name] = np.zeros((2, 3), order + letter)
    file["bool"] = np.array([True, False])
    file["brain"] = np.zeros(5, "V2")
    file["fixed"] = np.array([b"ab", b"cde"])
    file.create_dataset("utf", data=["ä".encode()], dtype=h5py.string_dtype("utf-8", 7))
    file["long"] = ["one", "three"]


def every_space(file: Any) -> None:
    """No axis, no element, nothing at all, nothing written yet, a value for what is not written."""
    file["scalar"] = np.float32(1)
    file["empty"] = np.zeros((0, 3), "f4")
    file["null"] = h5py.Empty("f4")
    file.create_dataset("unwritten", (3, 4), "i2")
    file.create_dataset("filled", (3, 4), "i2", fillvalue=9)
    space, kind = h5py.h5s.create_simple((2, 2)), h5py.h5t.IEEE_F32LE
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_layout(h5py.h5d.COMPACT)
    plan.set_obj_track_times(False)
    h5py.h5d.create(file.id, b"compact", kind, space, plan).write(space, space, np.ones((2, 2), "f4"))
    file.create_group("group without links")


def every_text(file: Any) -> None:
    """What an attribute may be where a text or a list of texts is looked for."""
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = ["", "a", "ä\N{SNOWMAN}"]
    file.attrs["model_config"] = h5py.Empty("S3")
    file.attrs["training_config"] = ""
    file.attrs["backend"] = ["two", "texts"]
    file.attrs["keras_version"] = np.bytes_(b"\xff\xfe")
    file.attrs["a number"] = np.float64(3)
    file.attrs["größe"] = [1, 2]


def many_links(file: Any) -> None:
    """A group so large that its B-tree has several levels."""
    first = file.create_dataset("first", data=np.float32(1))
    for index in range(2000):
        file[f"again/{index * 7919 % 2000}"] = first


def hard_links(file: Any) -> None:
    """The same array and the same group by several names."""
    model(file)
    file["same"] = file["model_weights/layer_0/layer_0/bias:0"]
    file["model_weights/again"] = file["model_weights/layer_1"]


def attributes_in_blocks(file: Any) -> None:
    """So many attributes, added late, that object headers go on elsewhere."""
    model(file)
    for index in range(60):
        file.attrs[f"note {index}"] = "x" * index
        file["model_weights"].attrs[f"number {index}"] = index


def nothing(file: Any) -> None:
    """No link and no attribute."""


PLAIN: dict[str, bytes] = {
    fill.__name__: hdf5(fill)
    for fill in (
        model,
        every_number,
        every_space,
        every_text,
        many_links,
        hard_links,
        attributes_in_blocks,
        nothing,
    )
}


def _chunked(file: Any) -> None:
    model(file)
    file.create_dataset("chunked", data=np.ones((20, 20), "f4"), chunks=(5, 5), compression="gzip")


def _linked(file: Any) -> None:
    model(file)
    file["soft"] = h5py.SoftLink("/model_weights")


def _linked_away(file: Any) -> None:
    model(file)
    file["away"] = h5py.ExternalLink("other.h5", "/secret")


def _stored_away(file: Any) -> None:
    file.create_dataset("away", (4,), "f4", external=[("other.bin", 0, 16)])


def _large_and_not_stored(file: Any) -> None:
    file.create_dataset("bomb", (1 << 40,), "f4")


def _odd_types(file: Any) -> None:
    file["compound"] = np.zeros(2, [("a", "i4"), ("b", "f8")])
    file["complex"] = np.zeros(2, "c8")


def _enumeration(file: Any) -> None:
    file.create_dataset("e", (2,), h5py.enum_dtype({"FALSE": 1, "TRUE": 0}, "i1"))


def _reference(file: Any) -> None:
    file["target"] = 1
    file.create_dataset("r", data=file["target"].ref, dtype=h5py.ref_dtype)


def _attribute_of_sequences(file: Any) -> None:
    values = np.empty(2, object)
    values[:] = [np.arange(3, dtype="i4"), np.arange(2, dtype="i4")]
    file.attrs.create("layer_names", values, dtype=h5py.vlen_dtype(np.dtype("i4")))


def _named_type(file: Any) -> None:
    file["type"] = np.dtype("f4")


def _many_attributes(file: Any) -> None:
    for index in range(20):
        file.attrs[f"a{index}"] = "x"


def _ordered(file: Any) -> None:
    file.create_group("ordered", track_order=True)["x"] = 1


def _other_alphabet(file: Any) -> None:
    file["größe"] = 1.0


ODD: dict[str, bytes] = {
    fill.__name__[1:]: hdf5(fill)
    for fill in (
        _chunked,
        _linked,
        _linked_away,
        _stored_away,
        _large_and_not_stored,
        _odd_types,
        _enumeration,
        _reference,
        _attribute_of_sequences,
        _named_type,
        _ordered,
        _other_alphabet,
    )
} | {
    "newest": hdf5(model, libver="latest"),
    "newest_with_many_attributes": hdf5(_many_attributes, libver="latest"),
    "user_block": hdf5(model, userblock_size=512),
    "ordered_file": hdf5(model, track_order=True),
}
