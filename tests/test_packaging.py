"""What is installed and what is imported: no TensorFlow in a static audit, nothing heavy in ``--help``."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_models"


def modules_after(code: str) -> set[str]:
    """Run some lines in a fresh interpreter and return the names of the modules it has loaded."""
    text = f"import sys\nsys.argv = ['logitcheck']\n{code}\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-500:]
    return set(done.stderr.split())


def call(*words: str) -> str:
    return f"from logitcheck.cli import app\napp({list(words)!r}, standalone_mode=False)"


@pytest.mark.parametrize(
    "name", ["softmax_with_true.h5", "softmax_with_true.keras", "softmax_saved_model", "softmax.tflite"]
)
def test_a_static_audit_imports_no_framework_and_only_what_the_format_needs(name: str) -> None:
    loaded = modules_after(call("audit", "--no-probe", str(SAMPLES / name)))
    assert "logitcheck.audit" in loaded
    assert not loaded & {"tensorflow", "keras", "tf_keras", "rich", "jax", "torch", "logitcheck.probe.host"}
    if "saved_model" in name:
        assert "h5py" not in loaded
    else:
        assert "google.protobuf" not in loaded


def test_a_static_audit_of_a_sound_model_imports_nothing_that_only_findings_need() -> None:
    loaded = modules_after(call("audit", "--no-probe", str(SAMPLES / "softmax_with_false.keras")))
    assert {"logitcheck.analysis.analyse", "logitcheck.analysis.numeric.risks"} <= loaded
    unneeded = ("loops", "rescue", "rescue_table", "last_weights", "numeric.graph_risks", "numeric.interpret")
    assert not loaded & {"logitcheck.effective", *(f"logitcheck.analysis.{name}" for name in unneeded)}


def test_a_plain_hdf5_file_is_read_without_what_other_files_need() -> None:
    loaded = modules_after(call("audit", "--no-probe", str(SAMPLES / "softmax_with_true.h5")))
    readers = {name.removeprefix("logitcheck.readers.") for name in loaded}
    others = {"hdf5_access", "hdf5_isolated", "hdf5_listing", "limited_child", "superblock"}
    others |= {"keras_branches", "keras_zip", "zip_members", "zip_paths", "strangers", "saved_model"}
    assert "hdf5_plain.listing" in readers and not readers & others
    assert not loaded & {"zipfile", "h5py"}


def test_help_imports_nothing_heavy() -> None:
    loaded = modules_after(call("--help"))
    heavy = {"numpy", "h5py", "rich", "rich.console", "google.protobuf", "tensorflow", "logitcheck.audit"}
    assert not loaded & heavy


def test_the_package_is_typed_and_carries_its_licence() -> None:
    assert (ROOT / "logitcheck" / "py.typed").is_file()
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_tensorflow_is_an_extra_and_never_a_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = {re.split(r"[<>=;\[ ]", line)[0] for line in project["dependencies"]}
    assert core == {"h5py", "numpy", "protobuf", "rich", "typer"}
    assert any(line.startswith("tensorflow") for line in project["optional-dependencies"]["tensorflow"])


def test_the_hook_is_static() -> None:
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "logitcheck audit --no-probe" in text and "tensorflow" not in text.replace("TensorFlow", "")
    pattern = re.search(r"files: '(.+)'", text)
    skipped = re.search(r"exclude: '(.+)'", text)
    assert pattern and skipped
    for name in ("m.h5", "a/b.keras", "m/saved_model.pb", "x.tflite"):
        assert re.search(pattern[1], name) and not re.search(skipped[1], name)
    assert re.search(skipped[1], "m/keras_metadata.pb") and not re.search(pattern[1], "m.py")


def test_every_page_and_target_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / target).exists(), target
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
