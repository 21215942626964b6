"""What is fuzzed: for every format, where the bytes go, and small sound files to begin from.

The property is the same everywhere: a reader gives its answer or a clean refusal, never another exception.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.readers.dispatch import read
from logitcheck.readers.hdf5_plain.image import NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.options import DEFAULTS
from tests.hostile import graph_attacks
from tests.hostile.keras_files import dense, layer, sequential, write_zip
from tests.readers.hdf5_plain.samples import PLAIN

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
SAVED_MODEL = SAMPLES / "softmax_saved_model"
RAM = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(frozen=True)
class Target:
    """One format."""

    place: Callable[[Path, bytes], Path]
    """Writes the bytes into a folder as a file of this format; returns the path to read."""

    seeds: Callable[[], list[bytes]]
    """Sound bytes to mutate."""

    read: Callable[[Path], object] = read


def one_input(target: Target, data: bytes) -> bool:
    """Read one input; tell whether it was understood. Anything but a refusal is raised."""
    with tempfile.TemporaryDirectory(dir=RAM) as folder:
        try:
            target.read(target.place(Path(folder), data))
        except NotAudited as refusal:
            assert refusal.reason
            return False
        except NotPlain as reason:
            assert str(reason)
            return False
        return True


def _as_file(name: str) -> Callable[[Path, bytes], Path]:
    def place(folder: Path, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return place


def _as_config(folder: Path, data: bytes) -> Path:
    return write_zip(folder, None, text=data.decode("utf-8", "replace"))


def _as_saved_model(folder: Path, data: bytes) -> Path:
    (folder / "saved_model.pb").write_bytes(data)
    return folder


def _as_index(folder: Path, data: bytes) -> Path:
    """The bytes are the index of the variables of a sound SavedModel."""
    saved = folder / "saved"
    shutil.copytree(SAVED_MODEL, saved)
    (saved / "variables" / "variables.index").write_bytes(data)
    return saved


def _configurations() -> list[bytes]:
    loss = {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}
    compiled = sequential(dense()) | {
        "compile_config": {"optimizer": "adam", "loss": loss, "metrics": ["acc"]}
    }
    nested = sequential(layer("Flatten"), sequential(dense("a"), name="b"))
    wrapped = sequential(layer("TimeDistributed", layer=dense()))
    return [json.dumps(model).encode() for model in (compiled, nested, wrapped)]


def _graphs() -> list[bytes]:
    return [graph_attacks.graph_def().SerializeToString()]


def _sample(*names: str) -> Callable[[], list[bytes]]:
    return lambda: [(SAMPLES / name).read_bytes() for name in names]


TARGETS: dict[str, Target] = {
    "config": Target(_as_config, _configurations),
    "zip": Target(_as_file("model.keras"), _sample("softmax_with_true.keras")),
    "hdf5": Target(_as_file("model.h5"), _sample("softmax_with_true.h5", "sigmoid_binary.h5")),
    "hdf5_plain": Target(
        _as_file("model.h5"), lambda: list(PLAIN.values()), lambda path: list_plainly(str(path), DEFAULTS)
    ),
    "graph_def": Target(_as_file("graph.pb"), _graphs),
    "saved_model": Target(_as_saved_model, _sample("softmax_saved_model/saved_model.pb")),
    "bundle": Target(_as_index, _sample("softmax_saved_model/variables/variables.index")),
    "tflite": Target(_as_file("model.tflite"), _sample("softmax.tflite")),
}
