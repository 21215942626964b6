"""What a configuration holds that a safety rule has to judge."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck.readers import config_walk
from logitcheck.readers.config_walk import MAX_SIGHTINGS, parse_watched, sightings
from logitcheck.readers.identifiers import Identifier, identifier, version_tuple
from logitcheck.readers.options import DEFAULTS


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


NAMES = ("Dense", "Lambda", "x>Adam", "Custom>Mine", "StringLookup", "function", "__tuple__", "set", 3, None)
OBJECTS = st.fixed_dictionaries(
    {"class_name": st.sampled_from(NAMES)},
    optional={
        "module": st.sampled_from(["keras.layers", "builtins", "os", "tensorflow.python", "", None, 1, []]),
        "registered_name": st.sampled_from(["Dense", "Mine", "", None, {}]),
        "config": st.sampled_from(
            [{"vocabulary": "/etc/passwd"}, {"vocabulary": ["a"]}, {"name": "f"}, "g", {}]
        ),
    },
)
CONFIGS = st.recursive(
    st.sampled_from(["relu", "keras.utils.get_file", 'a "quoted" get_file', "ä", 1, None]) | OBJECTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(CONFIGS, st.booleans())
def test_what_is_seen_without_a_walk_is_what_a_walk_sees(config: Any, escaped: bool) -> None:
    text = json.dumps(config, ensure_ascii=escaped)
    hidden = text.replace("get_file", "get\\u005ffile")
    walked = sightings(config, "x") if isinstance(config, (dict, list)) else ()
    for stored in (text, hidden, text.encode(), text.encode("utf-16")):
        assert parse_watched(stored, "x", DEFAULTS) == (config, walked)


def test_a_plain_configuration_is_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_walk, "sightings", lambda *_: pytest.fail("walked"))
    config = {"class_name": "Dense", "config": {"units": 3}, "module": "keras.layers"}
    assert parse_watched(json.dumps([config]), "x", DEFAULTS) == ([config], ())


def test_identifiers() -> None:
    assert identifier("keras.losses.Huber") == Identifier("Huber", None, False)
    assert identifier("my.module.loss") == Identifier("loss", None, True)
    assert identifier("Custom>Loss") == Identifier("Loss", None, True)
    assert identifier({"class_name": "Adam", "config": {"a": 1}}) == Identifier("Adam", {"a": 1}, False)
    assert identifier({"class_name": "__lambda__", "config": {}}) == Identifier("<lambda>", None, True)
    assert identifier(None) is None
    assert identifier(["mse"]) is None


def test_versions() -> None:
    assert version_tuple("2.2.4-tf") == (2, 2, 4)
    assert version_tuple("3.16.0.dev20260101") == (3, 16, 0)
    assert version_tuple(None) is None
    assert version_tuple("nightly") is None


@given(st.text("0123.x-", max_size=8))
def test_a_version_is_its_leading_numbers(text: str) -> None:
    leading = re.match(r"\d+(?:\.\d+)*", text)
    assert version_tuple(text) == (tuple(map(int, leading[0].split("."))) if leading else None)
