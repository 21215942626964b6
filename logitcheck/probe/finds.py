"""What a search for witnesses found, as the auditor sees it; and how it is kept."""

from __future__ import annotations

import io
import json
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from logitcheck.probe.outcome import explained
from logitcheck.probe.protocol import ProbeRequest, Suspect

if TYPE_CHECKING:
    import numpy as np

DTYPE = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)")
"""Dtypes that arrays of a reply may have."""

LARGEST = 64 << 20
"""Bytes of one array of a witness that are taken from the child."""


@dataclass(frozen=True)
class Find:
    """The outcome of the search for one suspect."""

    suspect: Suspect
    found: bool
    tries: int = 0
    value: float | None = None
    """Entry of the argument that came nearest to the danger."""

    seed: int = 0
    """Of the random ops, where the graph has such."""

    family: str | None = None
    """How the input was made: ``corners``, ``gradient``…"""

    distance: float | None = None
    """How far each weight had to move at most, where only other weights can do it."""

    reason: str | None = None
    """Why nothing could be tried."""

    arrays: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    """The input, by placeholder; empty where nothing was found or it is too large."""

    file: str | None = None
    """Where it was saved."""

    def replay(self, path: str) -> str:
        """Return the command that runs the saved input again."""
        import shlex

        return f"logitcheck replay {shlex.quote(path)} {shlex.quote(self.file or '')}"


@dataclass(frozen=True)
class Hunt:
    """The outcome of a search over one model."""

    finds: tuple[Find, ...] = ()
    reason: str | None = None
    """Why there was no search."""


def hunt_of(frame: Mapping[str, Any], request: ProbeRequest) -> Hunt:
    """Return the outcome for one answer of the worker, which may be anything at all."""
    suspects = {(item.graph, item.node, item.gradient): item for item in request.suspects}
    try:
        reply = _reply(frame, request)
        if "finds" in reply:
            return Hunt(tuple(find_of(item, suspects) for item in reply["finds"]))
        return Hunt(reason=str(reply["reason"])[:300])
    except (LookupError, TypeError, ValueError, AttributeError):
        return Hunt(reason="its reply has not the agreed form")


def _reply(frame: Mapping[str, Any], request: ProbeRequest) -> Mapping[str, Any]:
    if frame.get("kind") != "reply":
        return {"reason": explained(frame, request)[1]}
    reply: Mapping[str, Any] = frame["reply"]
    return reply


def replay_of(frame: Mapping[str, Any], request: ProbeRequest) -> Mapping[str, Any]:
    """Return what a replay told, or ``reason``, for one answer of the worker."""
    try:
        reply = _reply(frame, request)
        if "replay" in reply:
            told = {key: reply["replay"][key] for key in ("graph", "outputs", "origins", "gradient")}
            return {**told, "outputs": dict(told["outputs"]), "origins": [dict(o) for o in told["origins"]]}
        return {"reason": str(reply["reason"])[:300]}
    except (LookupError, TypeError, ValueError, AttributeError):
        return {"reason": "its reply has not the agreed form"}


def find_of(data: Mapping[str, Any], suspects: Mapping[tuple[str, str, bool], Suspect]) -> Find:
    """Read one outcome of the child, which may be under a model's control.

    Raises KeyError, TypeError, ValueError or AttributeError.
    """
    suspect = suspects[(data["graph"], data["node"], data["gradient"])]
    value, distance = data["value"], data["distance"]
    return Find(
        suspect,
        bool(data["found"]),
        int(data["tries"]),
        None if value is None else float(value),
        int(data["seed"]),
        None if data["family"] is None else str(data["family"])[:40],
        None if distance is None else float(distance),
        None if data["reason"] is None else str(data["reason"])[:300],
        {str(name): unpacked(item) for name, item in data["arrays"].items()},
    )


def unpacked(item: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """Return an array from ``dtype``, ``shape`` and ``data``. Raises like :func:`find_of`."""
    import base64

    import numpy as np

    shape = [int(length) for length in item["shape"]]
    if not DTYPE.fullmatch(item["dtype"]) or min(shape, default=0) < 0:
        raise ValueError("not an array of numbers")
    size = math.prod(shape) * np.dtype(item["dtype"]).itemsize
    if size > LARGEST:
        raise ValueError("a larger array than is taken")
    reader = zlib.decompressobj()
    try:
        data = reader.decompress(base64.b64decode(item["data"], validate=True), size + 1)
    except zlib.error as problem:
        raise ValueError("numbers that cannot be unpacked") from problem
    if len(data) != size:
        raise ValueError("an array of another size")
    return np.frombuffer(data, item["dtype"]).reshape(shape)


def save(folder: str, path: str, find: Find, names: Mapping[str, str]) -> str:
    """Write a witness as ``.npz``, in one step; return the file. Raises UsageError where it cannot.

    ``names`` are the model's names of inputs by placeholder. The arrays stand under ``in/NAME``, and under
    ``about`` a JSON text with the graph, the node and the seed.
    """
    import numpy as np

    from logitcheck.destination import Destination

    suspect = find.suspect
    about = {**suspect._asdict(), "model": Path(path).name, "seed": find.seed, "value": find.value}
    arrays = {f"in/{names.get(node, node)}": array for node, array in find.arrays.items()}
    buffer = io.BytesIO()
    np.savez(buffer, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = str(Path(folder, file_name(path, suspect)))
    Destination(file).write_bytes(buffer.getvalue())
    return file


def file_name(path: str, suspect: Suspect) -> str:
    """Return a plain name that differs for every op of every model: words of both, and a checksum."""
    mark = zlib.crc32("\0".join((path, suspect.graph, suspect.node, str(suspect.gradient))).encode())
    parts = (Path(path).name, suspect.node.rpartition("/")[2])
    stem = "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part)[:60].strip("._") for part in parts)
    return f"{stem}-{mark:08x}.npz"
