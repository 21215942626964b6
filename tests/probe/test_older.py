"""The worker in a Python older than our own."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck.probe import older
from logitcheck.probe.host import Prober
from logitcheck.probe.options import ProbeOptions
from logitcheck.readers.dispatch import read
from tests.probe.old_words import OWN, PACKAGE, modules, old_words, tree

IN_THE_OLD_ONE = """
import importlib.util, sys

def bring(name, path, folders=None):
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

package, *files = sys.argv[1:]
bring("logitcheck_older", package + "/probe/older.py").prepare()
bring("logitcheck", package + "/__init__.py", [package])
for file in files:
    compile(open(file, encoding="utf-8").read(), file, "exec", dont_inherit=True)
from logitcheck.probe import codec, protocol
request = protocol.ProbeRequest("m", "keras-hdf5", ("own",), (protocol.InputPlan("x", (None, 2), "float32"),))
assert codec.request_from_json(codec.request_to_json(request)) == request
from logitcheck import graph
"""


def old_pythons() -> list[str]:
    """Return interpreters of Python 3.7 to 3.9 of this machine, by the usual ways to install them."""
    named = [shutil.which(f"python3.{minor}") for minor in (7, 8, 9)]
    kept = sorted(Path.home().glob(".pyenv/versions/3.[789].*/bin/python"))
    return [path for path in map(str, [*filter(None, named), *kept]) if runs(path)]


def runs(python: str) -> bool:
    """A name on the PATH may be a shim with nothing behind it."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def test_the_worker_uses_no_word_that_an_old_python_does_not_know() -> None:
    found = {}
    for name, path in modules().items():
        oldest = (3, 8) if name.startswith(OWN) else (3, 7)
        ast.parse(path.read_text(), str(path), feature_version=oldest)  # raises SyntaxError
        found[name] = list(old_words(tree(path)))
    assert {name: words for name, words in found.items() if words} == {}
    assert {"logitcheck.probe.worker", "logitcheck.readers.hdf5", "logitcheck.layers.lower"} <= set(found)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("found |= {'a': 1}", "|= of dicts"),
        ("found = one | {'a': 1}", "| of dicts"),
        ("found = one() | two()", "| of dicts"),
        ("isinstance(x, int | float)", "| of types"),
        ("Alias = tuple[int, str]", "tuple[...] at run time"),
        ("Alias = np.ndarray[Any, Any]", "ndarray[...] at run time"),
        ("name.removeprefix('x')", "removeprefix"),
        ("from typing import Self", "Self"),
        ("import tomllib", "tomllib"),
        ("dataclass(slots=True)", "slots="),
    ],
)
def test_new_words_are_found(source: str, what: str) -> None:
    assert list(old_words(ast.parse(source))) == [f"1: {what}"]


def test_what_is_as_old_as_it_looks() -> None:
    lines = ("x: dict[str, int | None] = {}", "y = {1} | {2} | set(z)", "n |= 1 << k")
    assert list(old_words(ast.parse("\n".join(lines)))) == []
    assert list(old_words(ast.parse("if TYPE_CHECKING:\n    A = list[int]"))) == []


def test_the_stand_in_for_zip_is_strict() -> None:
    assert list(older.strict_zip("ab", [1, 2], strict=True)) == [("a", 1), ("b", 2)]
    assert list(older.strict_zip("ab", [1])) == [("a", 1)]
    for uneven in (("ab", [1]), ("a", [1, 2])):
        with pytest.raises(ValueError, match="lengths"):
            list(older.strict_zip(*uneven, strict=True))


def test_a_property_is_computed_once() -> None:
    class Counted:
        times = 0

        @older.Once
        def value(self) -> int:
            self.times += 1
            return self.times

    counted = Counted()
    assert (counted.value, counted.value, older.product([2, 3]), older.product([])) == (1, 1, 6, 1)


def test_an_old_python_reads_the_workers_modules() -> None:
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python 3.7 to 3.9 on this machine")
    core = [str(path) for name, path in modules().items() if not name.startswith(OWN)]
    for python in pythons:
        command = [python, "-I", "-B", "-c", IN_THE_OLD_ONE, str(PACKAGE), *core]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{python}: {done.stderr[-500:]}"


@pytest.mark.tensorflow
def test_a_model_runs_in_an_old_tensorflow() -> None:
    python = os.environ.get("LOGITCHECK_OLD_PYTHON")
    if not python:
        pytest.skip("LOGITCHECK_OLD_PYTHON names no interpreter with an old TensorFlow")
    model = read(PACKAGE.parent / "sample_models" / "softmax_with_true.h5")
    with Prober(ProbeOptions(python=python, deep=True)) as prober:
        outcome = prober.run(model)
    seen = outcome.measurements
    assert seen is not None, outcome.report.reason
    assert seen.runtime in ("tf_keras", "own")  # a Keras that is too old for the file leaves it to the latter
    assert seen.outputs[0].sum_min == pytest.approx(1, abs=1e-5)
    assert not seen.extra.get("not_measured")


def test_a_tensorflow_of_the_first_generation_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import ModuleType

    from logitcheck.probe.runtimes import tf_keras
    from logitcheck.probe.runtimes.runtime import RuntimeProblemError

    old = ModuleType("tensorflow")
    old.__version__ = "1.15.5"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tensorflow", old)
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    with pytest.raises(RuntimeProblemError, match=r"TensorFlow 1\.15\.5"):
        tf_keras.library()
