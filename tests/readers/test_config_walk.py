"""What a configuration holds that a safety rule has to judge."""

from __future__ import annotations

from typing import Any

from logitcheck.readers.config_walk import MAX_SIGHTINGS, sightings
from logitcheck.readers.identifiers import identifier, version_tuple


def seen(config: Any) -> list[tuple[str, str, str]]:
    return [(found.kind, found.where, found.what) for found in sightings(config, "config")]


def test_kinds_at_any_nesting() -> None:
    code = {"class_name": "Lambda", "config": {"name": "f", "function": ["4wIA", None, None]}}
    named = {"class_name": "Lambda", "config": {"name": "g", "function": "mean", "function_type": "function"}}
    lookup = {"class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}
    system = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
    own = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Mine"}
    config = {
        "a": [{"layers": [code, named]}],
        "b": lookup,
        "c": {"activation": system},
        "d": own,
        "e": {"module": "mine.layers", "class_name": "Dense", "config": {}},
        "f": {"class_name": "TFSMLayer", "config": {}},
        "g": {"class_name": "TorchModuleWrapper", "config": {}},
        "h": ["keras.config.enable_unsafe_deserialization"],
    }
    assert seen(config) == [
        ("lambda", "config/a/0/layers/0", "Lambda"),
        ("lambda", "config/a/0/layers/1", "Lambda"),
        ("vocabulary-path", "config/b/config/vocabulary", "/etc/passwd"),
        ("function-object", "config/c/activation", "system"),
        ("custom-class", "config/d", "Mine"),
        ("foreign-class", "config/e", "Dense"),
        ("tfsm-layer", "config/f", "TFSMLayer"),
        ("torch-module", "config/g", "TorchModuleWrapper"),
        ("unsafe-call", "config/h/0", "keras.config.enable_unsafe_deserialization"),
    ]
    first, second = sightings(config, "config")[:2]
    assert (first.detail["code"], first.detail["layer"]) == (True, "f")
    assert (second.detail["code"], second.detail["function"]) == (False, "mean")


def test_what_keras_writes_itself_is_nothing_to_look_at() -> None:
    config = {
        "module": "keras.layers",
        "class_name": "Dense",
        "registered_name": None,
        "config": {
            "name": "lambda_rank",
            "dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
            "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        },
        "optimizer": {"class_name": "Custom>Adam", "config": {}},
        "op": {"module": "keras.src.ops.numpy", "class_name": "Sum", "config": {}, "registered_name": "Sum"},
        "vocabulary": {"class_name": "StringLookup", "config": {"vocabulary": ["a", "b"]}},
        "constant": {"class_name": "__tensor__", "config": {"value": 1, "dtype": "float32"}},
    }
    assert seen(config) == []


def test_the_list_has_an_end() -> None:
    config = [{"class_name": "Lambda", "config": {}}] * (MAX_SIGHTINGS + 100)
    assert len(sightings(config, "config")) == MAX_SIGHTINGS


def test_identifiers() -> None:
    assert identifier("keras.losses.Huber") == ("Huber", None, False)
    assert identifier("my.module.loss") == ("loss", None, True)
    assert identifier("Custom>Loss") == ("Loss", None, True)
    assert identifier({"class_name": "Adam", "config": {"a": 1}}) == ("Adam", {"a": 1}, False)
    assert identifier({"class_name": "__lambda__", "config": {}}) == ("<lambda>", None, True)
    assert identifier(None) is None
    assert identifier(["mse"]) is None


def test_versions() -> None:
    assert version_tuple("2.2.4-tf") == (2, 2, 4)
    assert version_tuple("3.16.0.dev20260101") == (3, 16, 0)
    assert version_tuple(None) is None
    assert version_tuple("nightly") is None
