"""Files that are no model, or none that is opened, told by their first bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.readers.refusals import lfs_pointer, not_a_model, pickle, weights_only

SIGNATURES: tuple[tuple[bytes, Callable[[], NotAudited]], ...] = (
    (b"version https://git-lfs", lfs_pointer),
    (b"\x93NUMPY", lambda: not_a_model("a NumPy array (.npy)")),
    (b"\x1f\x8b", lambda: not_a_model("a gzip archive", "Unpack it first: `tar xzf` or `gunzip`.")),
    (b"BZh", lambda: not_a_model("a bzip2 archive", "Unpack it first.")),
    (b"\xfd7zXZ", lambda: not_a_model("an xz archive", "Unpack it first.")),
    (b"7z\xbc\xaf", lambda: not_a_model("a 7-zip archive", "Unpack it first.")),
    (b"Rar!", lambda: not_a_model("a RAR archive", "Unpack it first.")),
    (b"\x89PNG", lambda: not_a_model("a picture")),
    (b"\xff\xd8\xff", lambda: not_a_model("a picture")),
    (b"GIF8", lambda: not_a_model("a picture")),
    (b"%PDF", lambda: not_a_model("a PDF document")),
    (b"GGUF", lambda: not_a_model("a GGUF file")),
    (b"\x7fELF", lambda: not_a_model("a program")),
    (b"MZ", lambda: not_a_model("a program")),
    (b"#!", lambda: not_a_model("a script")),
)
"""First bytes and what they say."""

TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
"""Last bytes of a table (``tensorflow/core/lib/io/format.h``), little-endian."""

TEXT_PROTOBUF = re.compile(rb"(?:\s|#[^\n]*\n)*[a-z_0-9]+\s*[:{]")
"""How a protobuf in text form begins: comments, then a field's name with a value or a message.

No part may match the same text in two ways, or a file of empty lines would take for ever.
"""

YAML_ARCHITECTURE = re.compile(rb"(?m)^class_name: *[A-Za-z_]+\s*$")
"""What ``model.to_yaml()`` of Keras 1 and 2 writes; text of a protobuf has quotes around such a value."""

OTHER_FRAMEWORK = re.compile(rb"\x08[\x02-\x20](\x12|:)", re.DOTALL)
"""How ONNX and Core ML files begin: a version, then their producer or description, or the graph itself."""

TAR_MAGIC = slice(257, 262)
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")
PICKLE_PROTOCOLS = range(2, 6)
TEXT_ADVICE = "A download may have saved an error page or an index under the model's name; fetch it again."
ARCHITECTURE_ADVICE = (
    'It holds neither weights nor a loss; save the whole model: `model.save("model.keras")`.'
)


def refusal(place: Path, head: bytes) -> NotAudited | None:
    """Say what a file is that no reader takes; None where it may be a protobuf of TensorFlow's."""
    if not head:
        return not_a_model("an empty file", "Copy or download it again.")
    for signature, what in SIGNATURES:
        if head.startswith(signature):
            return what()
    if OTHER_FRAMEWORK.match(head):
        return not_a_model("a model of another framework, ONNX or Core ML")
    if head[TAR_MAGIC] == b"ustar":
        return not_a_model("a tar archive", "Unpack it first: `tar xf`.")
    if head[0] == 0x80 and len(head) > 1 and head[1] in PICKLE_PROTOCOLS:
        return pickle("a Python pickle")
    if not head.strip(b"\x00"):
        return not_a_model("a file of zeros", "Copy or download it again.")
    return _text_refusal(place, head)


def _text_refusal(place: Path, head: bytes) -> NotAudited | None:
    """Say what a text is that is no protobuf in text form."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.lower().startswith(MARKUP):
        return not_a_model("a web page", TEXT_ADVICE)
    if start.startswith((b"{", b"[")) and b"\x00" not in head:
        if b'"class_name"' in head or b'"keras_version"' in head:
            return not_a_model("a Keras architecture in JSON", ARCHITECTURE_ADVICE)
        return not_a_model("a JSON text", TEXT_ADVICE)
    if head.startswith(b"model_checkpoint_path:"):
        return weights_only("this is the list of a TensorFlow checkpoint, which")
    if _is_checkpoint(place):
        return weights_only("this is a part of a TensorFlow checkpoint, which")
    if YAML_ARCHITECTURE.search(head) and _is_plain_text(head):
        return not_a_model("a Keras architecture in YAML", ARCHITECTURE_ADVICE)
    if _is_plain_text(head) and not TEXT_PROTOBUF.match(head):
        return not_a_model("a text", "Give the file of the model itself.")
    return None


def _is_plain_text(head: bytes) -> bool:
    """Tell whether a file begins with text; the first tags of a binary protobuf are control characters."""
    if any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head[:-3].decode("utf-8")  # the last character may be cut
    except UnicodeDecodeError as error:
        return error.start > len(head) - 8
    return True


def _is_checkpoint(place: Path) -> bool:
    """Say whether a file ends like TensorFlow's index of a checkpoint, or lies beside one as its data."""
    if ".data-" in place.name:
        return place.with_name(place.name.partition(".data-")[0] + ".index").is_file()
    size = place.stat().st_size
    if size < len(TABLE_MAGIC):
        return False
    with place.open("rb") as stream:
        stream.seek(size - len(TABLE_MAGIC))
        return stream.read() == TABLE_MAGIC


def zip_refusal(names: Set[str]) -> NotAudited | None:
    """Say what a zip file is that is no ``.keras`` file; None for one that is."""
    if "config.json" in names:
        return None
    if any(name.endswith(("/data.pkl", "/constants.pkl")) or name == "data.pkl" for name in names):
        return pickle("a PyTorch file, a pickle inside a zip")
    if names and all(name.endswith(".npy") for name in names):
        return not_a_model("a NumPy archive (.npz)")
    if any(name.endswith(("saved_model.pb", ".keras", ".h5", ".pb", ".tflite")) for name in names):
        return not_a_model("a zip file with a model in it", "Unpack it and give the model itself.")
    return not_a_model("a zip file without a Keras model")
