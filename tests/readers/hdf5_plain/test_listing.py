"""A plain listing is the library's listing, or there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.errors import NotAudited
from logitcheck.readers.hdf5_access import list_contents
from logitcheck.readers.hdf5_contents import Contents
from logitcheck.readers.hdf5_door import contents_of
from logitcheck.readers.hdf5_plain.image import NotPlain
from logitcheck.readers.hdf5_plain.listing import list_plainly
from logitcheck.readers.options import DEFAULTS, ReadOptions
from logitcheck.readers.window import Window
from tests.hostile import container_attacks  # noqa: F401  (its attacks register themselves)
from tests.hostile.attacks import ATTACKS, Attack, Canary
from tests.readers.hdf5_plain.samples import ODD, PLAIN, hdf5, model

SAMPLES = sorted((Path(__file__).resolve().parents[3] / "sample_models").glob("*.h5"))
STORAGE = [attack for attack in ATTACKS if attack.code == "LC607"]


def by_the_library(data: bytes) -> Contents:
    return replace(list_contents(data, DEFAULTS), starts_at_zero=True)


def ordered(contents: Contents) -> tuple[Any, ...]:
    """A listing, the order of its mappings included."""
    return contents, list(contents.texts), list(contents.layers)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_files_are_listed_as_the_library_lists_them(name: str) -> None:
    assert ordered(list_plainly(PLAIN[name], DEFAULTS)) == ordered(by_the_library(PLAIN[name]))


def test_a_file_inside_another_one(tmp_path: Path) -> None:
    data = PLAIN["model"]
    path = tmp_path / "archive"
    path.write_bytes(b"before" + data + b"behind")
    with Window(os.open(path, os.O_RDONLY), len(b"before"), len(data)) as window:
        assert ordered(list_plainly(window, DEFAULTS)) == ordered(by_the_library(data))


def test_what_stands_behind_the_files_own_end_is_not_looked_at() -> None:
    data = PLAIN["model"]
    assert list_plainly(data + bytes(5000), DEFAULTS) == list_plainly(data, DEFAULTS)
    ends_early = data[:40] + (len(data) - 8).to_bytes(8, "little") + data[48:]
    with pytest.raises(NotPlain):
        list_plainly(ends_early, DEFAULTS)


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_left_to_the_library(name: str) -> None:
    with pytest.raises(NotPlain):
        list_plainly(ODD[name], DEFAULTS)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_sample_models_are_plain(path: Path) -> None:
    assert ordered(list_plainly(str(path), DEFAULTS)) == ordered(by_the_library(path.read_bytes()))


@pytest.mark.parametrize("attack", STORAGE, ids=lambda attack: attack.name)
def test_hostile_files_are_listed_as_by_the_library_or_not(attack: Attack, tmp_path: Path) -> None:
    canary = Canary(tmp_path / "secret", tmp_path / "target", 1)
    canary.secret.write_text(canary.text)
    path = attack.build(tmp_path, canary)
    try:
        found = list_plainly(str(path), DEFAULTS)
    except NotPlain:
        return
    assert ordered(found) == ordered(by_the_library(path.read_bytes()))


NAMES = st.text("abcdefgh_:0 .", min_size=1, max_size=12).filter(lambda name: name.strip(".") != "")
KINDS = st.sampled_from(["f2", "f4", ">f4", "f8", "i1", "i8", "u2", ">u4", "?", "V2", "S3", "V3", "c8"])
SHAPES = st.lists(st.integers(0, 3), max_size=3).map(tuple)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.one_of(
    st.integers(0, 9), TEXTS, st.lists(TEXTS, min_size=1, max_size=5), TEXTS.map(lambda text: text.encode())
)
GROUP = st.fixed_dictionaries(
    {
        "arrays": st.dictionaries(NAMES, st.tuples(KINDS, SHAPES), max_size=12),
        "attributes": st.dictionaries(
            st.sampled_from(["weight_names", "layer_names", "model_config", "backend0", "other"]), VALUES
        ),
    }
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["", "G/", "model_weights/", "model_weights/G/"]), GROUP)))
def test_any_file_is_listed_as_by_the_library_or_not(parts: list[tuple[str, dict[str, Any]]]) -> None:
    def fill(file: Any) -> None:
        for prefix, part in parts:
            group = file.require_group(prefix or "/")
            for name, (kind, shape) in part["arrays"].items():
                if name not in group:
                    group[name] = np.zeros(shape, kind)
            for name, value in part["attributes"].items():
                group.attrs[name] = value

    data = hdf5(fill)
    try:
        found = list_plainly(data, DEFAULTS)
    except NotPlain:
        return
    assert ordered(found) == ordered(by_the_library(data))


@pytest.mark.parametrize("data", [PLAIN["model"], *ODD.values()])
def test_either_way_the_answer_is_the_librarys(data: bytes) -> None:
    try:
        wanted = list_contents(data, DEFAULTS)
    except NotAudited as refusal:
        with pytest.raises(NotAudited, match=refusal.reason):
            contents_of(data, DEFAULTS)
        return
    assert replace(contents_of(data, DEFAULTS), starts_at_zero=False) == wanted


@pytest.mark.parametrize(
    "options", [ReadOptions(max_objects=5), ReadOptions(max_depth=1), ReadOptions(max_config=9)]
)
def test_limits_of_the_caller_hold(options: ReadOptions) -> None:
    with pytest.raises(NotPlain):
        list_plainly(PLAIN["model"], options)


def test_a_plain_file_needs_neither_numpy_nor_the_library_nor_a_child() -> None:
    words = (
        "import os, sys\n"
        "from logitcheck.readers.hdf5_door import contents_of\n"
        "from logitcheck.readers.options import DEFAULTS\n"
        "del os.fork\n"
        f"assert contents_of({str(SAMPLES[0])!r}, DEFAULTS).datasets\n"
        "assert not {'numpy', 'h5py'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", words], check=True, timeout=60)


def test_two_names_of_one_group_give_its_arrays_once() -> None:
    def fill(file: Any) -> None:
        model(file)
        file["again"] = file["model_weights"]

    paths = [item.path for item in list_plainly(hdf5(fill), DEFAULTS).datasets]
    assert len(paths) == len(set(paths)) == 8
