"""The hook as people get it: installed by pre-commit from a clone, run on files that are committed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_models"
SOUND, BROKEN = "softmax_with_false.keras", "softmax_with_true.h5"
OFFLINE = ("Temporary failure in name resolution", "No matching distribution found", "Max retries exceeded")
"""What pip says where it reaches no registry."""


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that asks for the hook of a clone of this one."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("a hook is installed from a git repository, and this is none")
    folder = tmp_path_factory.mktemp("hook")
    clone, project = folder / "clone", folder / "project"
    git(folder, "clone", "--quiet", str(ROOT), str(clone))
    project.mkdir()
    git(project, "init", "--quiet")
    (project / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {clone}\n  rev: {git(clone, 'rev-parse', 'HEAD')}\n  hooks: [{{id: logitcheck}}]\n"
    )
    for name in (SOUND, BROKEN):
        shutil.copy(SAMPLES / name, project)
    shutil.copytree(SAMPLES / "softmax_saved_model", project / "saved")
    git(project, "add", ".")
    return project


def run_hook(project: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run the hook on some files, its environment beside the project."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "logitcheck", "--verbose", "--files", *files],
        cwd=project,
        env={**os.environ, "PRE_COMMIT_HOME": str(project.parent / "home")},
        capture_output=True,
        text=True,
        timeout=600,
    )
    if any(words in done.stdout + done.stderr for words in OFFLINE):
        pytest.skip("pre-commit installs from a package registry, and none is reached")
    return done


def test_the_hook_passes_sound_models_and_stops_a_broken_one(project: Path) -> None:
    sound = run_hook(project, SOUND, "saved/saved_model.pb", "saved/variables/variables.index")
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "Passed" in sound.stdout
    broken = run_hook(project, SOUND, BROKEN)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "LC101" in broken.stdout
    assert BROKEN in broken.stdout
    assert SOUND not in broken.stdout


def test_its_environment_holds_no_framework(project: Path) -> None:
    run_hook(project, SOUND)
    installed = {
        path.name for path in (project.parent / "home").glob("*/py_env-*/lib/python*/site-packages/*")
    }
    assert "logitcheck" in installed
    assert not installed & {"tensorflow", "keras", "tf_keras", "torch", "jax"}
