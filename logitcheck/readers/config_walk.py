"""Walks a Keras configuration, at any nesting, for what a safety rule has to judge.

Nothing is judged and nothing is loaded here: an object that names a class or a function, or calls for a file,
becomes a :class:`~logitcheck.model.Sighting` with its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from logitcheck.model import Sighting
from logitcheck.readers.identifiers import is_keras
from logitcheck.readers.optimizer_config import BY_STRING

if TYPE_CHECKING:
    from typing import TypeAlias

_Place: TypeAlias = "tuple[Any, Any]"
"""The place above and the key in it: a path is written only for what is seen."""

MAX_SIGHTINGS = 500
"""What is seen beyond these is not listed."""

DANGEROUS = {"TFSMLayer": "tfsm-layer", "TorchModuleWrapper": "torch-module"}
LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "CategoryEncoding"})
UNSAFE_CALLS = ("enable_unsafe_deserialization", "get_file")
PLAIN_BUILTINS = frozenset(
    {"function", "int", "float", "str", "bool", "dict", "list", "tuple", "set", "slice"}
)
OWN_REGISTRY = frozenset(BY_STRING.values())
"""Classes of Keras's own that TensorFlow 2.11 to 2.15 store as ``Custom>Name``."""


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
    name = value.get("class_name")
    if not isinstance(name, str):
        return
    config = value.get("config")
    detail = {key: value[key] for key in ("module", "registered_name") if isinstance(value.get(key), str)}
    plain = name.rpartition(">")[2]
    if plain in ("Lambda", "__lambda__"):
        yield Sighting("lambda", _path(place), name, {**detail, **_lambda_detail(config)})
    elif plain in DANGEROUS:
        yield Sighting(DANGEROUS[plain], _path(place), name, detail)
    elif plain == "function":
        function = config.get("name") if isinstance(config, Mapping) else config
        yield Sighting("function-object", _path(place), str(function), detail)
    elif (kind := _class(name, value.get("module"), detail)) is not None:
        yield Sighting(kind, _path(place), name, detail)
    if plain in LOOKUPS and isinstance(config, Mapping) and isinstance(config.get("vocabulary"), str):
        where = f"{_path(place)}/config/vocabulary"
        yield Sighting("vocabulary-path", where, config["vocabulary"], {"class": plain})


def _class(name: str, module: Any, detail: Mapping[str, Any]) -> str | None:
    """Return what kind of class it is that is not one of Keras's own, None for one that is."""
    if isinstance(module, str) and module:
        return "foreign-class" if _outside_keras(module, name) else None
    if ">" not in name and not detail.get("registered_name"):
        return None
    own = name.rpartition(">")[2] in OWN_REGISTRY or name.startswith("__")
    return None if own else "custom-class"


def _outside_keras(module: str, name: str) -> bool:
    """Say whether a class lives outside Keras and plain values; TensorFlow is more than Keras."""
    if module == "builtins":
        return name not in PLAIN_BUILTINS
    if module.split(".")[0] == "tensorflow":
        return ".keras" not in module
    return not is_keras(module)


def _lambda_detail(config: Any) -> dict[str, Any]:
    """Say what a Lambda holds: code, or the name of a function."""
    function = config.get("function") if isinstance(config, Mapping) else config
    if isinstance(function, Mapping) and function.get("class_name") == "function":
        function = str(function.get("config"))
    detail: dict[str, Any] = {"code": not isinstance(function, str)}
    if isinstance(function, str):
        detail["function"] = function
    if isinstance(config, Mapping) and isinstance(config.get("name"), str):
        detail["layer"] = config["name"]
    return detail
