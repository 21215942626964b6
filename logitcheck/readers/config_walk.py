"""Walks a Keras configuration, at any nesting, for what a safety rule has to judge.

Nothing is judged and nothing is loaded here: an object that names a class or a function, or calls for a file,
becomes a :class:`~logitcheck.model.Sighting` with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.model import Sighting
from logitcheck.readers.identifiers import is_keras
from logitcheck.readers.json_text import CONTAINERS, decoded, parse_json
from logitcheck.readers.optimizer_config import BY_STRING
from logitcheck.readers.options import ReadOptions

if TYPE_CHECKING:
    from typing import TypeAlias

_Place: TypeAlias = "tuple[Any, Any]"
"""The place above and the key in it: a path is written only for what is seen."""

MAX_SIGHTINGS = 500
"""What is seen beyond these is not listed."""

KINDS = {
    "Lambda": "lambda",
    "__lambda__": "lambda",
    "TFSMLayer": "tfsm-layer",
    "TorchModuleWrapper": "torch-module",
    "function": "function-object",
}
"""Classes that are judged wherever they come from."""

LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "CategoryEncoding"})
UNSAFE_CALLS = ("enable_unsafe_deserialization", "get_file")
PLAIN_BUILTINS = frozenset(
    {"function", "int", "float", "str", "bool", "dict", "list", "tuple", "set", "slice"}
)
OWN_REGISTRY = frozenset(BY_STRING.values())
"""Classes of Keras's own that TensorFlow 2.11 to 2.15 store as ``Custom>Name``."""


def parse_watched(text: str | bytes, where: str, options: ReadOptions) -> tuple[Any, tuple[Sighting, ...]]:
    """Parse a configuration; return it and what is seen in it. ``where`` is its place in the file.

    Raises like :func:`~logitcheck.readers.json_text.parse_json`. Mostly the text and the classes of its
    objects tell that there is nothing to see, so that nothing is walked.
    """
    objects: list[dict[str, Any]] = []

    def note(found: dict[str, Any]) -> dict[str, Any]:
        if "class_name" in found:
            objects.append(found)
        return found

    config = parse_json(text, where, options, note)
    if type(config) not in CONTAINERS or _is_plain(decoded(text), objects):
        return config, ()
    return config, sightings(config, where)


def _is_plain(text: str, objects: list[dict[str, Any]]) -> bool:
    """Say whether nothing is seen in a configuration with this text and these objects; False in doubt."""
    if "\\" in text or any(call in text for call in UNSAFE_CALLS):  # a backslash may hide a word
        return False
    try:
        classes = {
            (found["class_name"], found.get("module"), found.get("registered_name")) for found in objects
        }
    except TypeError:  # no texts
        return False
    return not any(_kind(*each) or _plain_name(each[0]) in LOOKUPS for each in classes)


def sightings(config: Any, where: str) -> tuple[Sighting, ...]:
    """Return what is seen in a configuration; ``where`` is the place of the whole in its file."""
    found: list[Sighting] = []
    waiting: list[tuple[_Place, Any]] = [((None, where), config)]
    while waiting and len(found) < MAX_SIGHTINGS:
        place, value = waiting.pop()
        keyed = isinstance(value, dict)
        if keyed and "class_name" in value:
            found.extend(_in_object(value, place))
        for key, item in value.items() if keyed else enumerate(value):
            kind = type(item)
            if kind is dict or kind is list:
                if item:
                    waiting.append(((place, key), item))
            elif kind is str and item.endswith(UNSAFE_CALLS) and len(item) < 200:
                found.append(Sighting("unsafe-call", _path((place, key)), item))
    return tuple(sorted(found[:MAX_SIGHTINGS], key=lambda sighting: sighting.where))


def _path(place: _Place) -> str:
    """Write a place as a path from the top."""
    parts: list[str] = []
    step: _Place | None = place
    while step is not None:
        parts.append(str(step[1]))
        step = step[0]
    return "/".join(reversed(parts))


def _in_object(value: Mapping[str, Any], place: _Place) -> Iterator[Sighting]:
    """Yield what an object that names a class or a function is."""
    name, config = value.get("class_name"), value.get("config")
    if not isinstance(name, str):
        return
    kind = _kind(name, value.get("module"), value.get("registered_name"))
    if kind is not None:
        detail = {key: value[key] for key in ("module", "registered_name") if isinstance(value.get(key), str)}
        what = name
        if kind == "lambda":
            detail.update(_lambda_detail(config))
        elif kind == "function-object":
            what = str(config.get("name") if isinstance(config, dict) else config)
        yield Sighting(kind, _path(place), what, detail)
    vocabulary = config.get("vocabulary") if isinstance(config, dict) else None
    if isinstance(vocabulary, str) and _plain_name(name) in LOOKUPS:
        where = f"{_path(place)}/config/vocabulary"
        yield Sighting("vocabulary-path", where, vocabulary, {"class": _plain_name(name)})


def _kind(name: Any, module: Any, registered: Any) -> str | None:
    """Return what an object is by its class, None for one of Keras's own and for what names no class."""
    if not isinstance(name, str):
        return None
    plain = _plain_name(name)
    if plain in KINDS:
        return KINDS[plain]
    if isinstance(module, str) and module:
        return "foreign-class" if _outside_keras(module, name) else None
    if ">" not in name and not (isinstance(registered, str) and registered):
        return None
    return None if plain in OWN_REGISTRY or name.startswith("__") else "custom-class"


def _plain_name(name: Any) -> str:
    """Return a class name without the package it is registered under."""
    return name.rpartition(">")[2] if isinstance(name, str) else ""


def _outside_keras(module: str, name: str) -> bool:
    """Say whether a class lives outside Keras and plain values; TensorFlow is more than Keras."""
    if module == "builtins":
        return name not in PLAIN_BUILTINS
    if module.split(".")[0] == "tensorflow":
        return ".keras" not in module
    return not is_keras(module)


def _lambda_detail(config: Any) -> dict[str, Any]:
    """Say what a Lambda holds: code, or the name of a function."""
    function = config.get("function") if isinstance(config, dict) else config
    if isinstance(function, dict) and function.get("class_name") == "function":
        function = str(function.get("config"))
    detail: dict[str, Any] = {"code": not isinstance(function, str)}
    if isinstance(function, str):
        detail["function"] = function
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        detail["layer"] = config["name"]
    return detail
