from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from logitcheck import __version__
from logitcheck.cli import _known_rules, app
from logitcheck.guard import guarded

SAMPLES = Path(__file__).resolve().parents[1] / "sample_models"


def call(*words: str) -> int:
    """Run the command line in this process, as ``main`` does."""
    return guarded(lambda: app(list(words), standalone_mode=False))


def audit(*words: str) -> int:
    return call("audit", "--no-probe", *words)


def test_a_sound_model_is_0_and_a_broken_one_1_whatever_the_format(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for form in ("terminal", "json"):
        assert audit(str(SAMPLES / "sigmoid_binary.h5"), "--format", form) == 0
        assert audit(str(SAMPLES / "softmax_with_true.h5"), "--format", form) == 1
    assert capsys.readouterr().err == ""


def test_json_on_standard_output_is_json_and_stable(capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        audit(str(SAMPLES / "softmax_with_true.h5"), "--format", "json")
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    (model,) = json.loads(texts[0])["models"]
    assert model["verdict"] == "fail" and model["path"].endswith("softmax_with_true.h5")
    assert [f["rule"] for f in model["findings"] if f["severity"] == "error"] == ["LC101"]


def test_output_goes_to_the_file_and_nothing_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "report.json"
    assert audit(str(SAMPLES / "sigmoid_binary.h5"), "--format", "json", "--output", str(target)) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text())["summary"]["exit_code"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "xml"], "choose one of terminal, json"),
        (["--fail-on", "bad"], "choose one of error, warning"),
        (["--select", "LC9"], "no rule has this code"),
        (["--ignore", "double-sofmax"], "did you mean double-softmax"),
        (["--loss", "mee"], "is no loss of Keras"),
        (["--input-range", "0-255"], "LO:HI"),
        (["--input-range", "x=3:1"], "not below"),
        (["--resume"], "--output FILE"),
        (["--probe-timeout", "0"], "above 0"),
        (["--probe-data", "nope.npz"], "no such file"),
        (["--probe-data", __file__], "neither a .npz"),
        (["--labels", "y.npy"], "labels of what?"),
        (["--image-scale", "0:1"], "image scale of what?"),
        (["--image-scale", "0:1", "--probe-data", "{tmp}/x.npy"], "goes with images"),
        (["--probe-data", "{tmp}/x.npy", "--no-probe"], "--probe-data needs the model to be run"),
        (["--save-witness", "found", "--isolate"], "--save-witness needs the model to be run, and --isolate"),
        (["--image-scale", "0:2"], "choose one of 0:1"),
        (["--python", "no-such-python"], "no such program"),
        (["--device", "tpu"], "choose cpu, gpu"),
        (["--custom-objects", "layers.py"], "MODULE:FUNCTION"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wish_that_makes_no_sense_is_one_line_and_2(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY")
    words = [word.replace("{tmp}", str(tmp_path)) for word in words]
    assert call("audit", str(SAMPLES / "sigmoid_binary.h5"), *words) == 2
    shown = capsys.readouterr()
    assert said in shown.err and len(shown.err.splitlines()) == 1 and shown.out == ""


def test_a_missing_path_is_3_and_findings_win(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(str(tmp_path / "nope.h5")) == 3
    assert "there is no such file or folder" in capsys.readouterr().out
    assert audit(str(tmp_path / "nope.h5"), str(SAMPLES / "softmax_with_true.h5")) == 1


def test_thresholds_and_selection_change_the_exit_code() -> None:
    broken = str(SAMPLES / "softmax_with_true.h5")
    assert audit(broken, "--fail-on", "never") == 0
    assert audit(broken, "--exit-zero") == 0
    assert audit(broken, "--ignore", "double-softmax") == 0
    assert audit(broken, "--select", "LC3,LC5") == 0
    assert audit(broken, "--select", "LC1") == 1


def test_the_command_line_supplies_a_loss(capsys: pytest.CaptureFixture[str]) -> None:
    plain = str(SAMPLES / "softmax_saved_model")
    contracts = []
    for words in ([], ["--loss", "sparse_categorical_crossentropy"], ["--loss", "mse", "--from-logits"]):
        audit(plain, "--format", "json", *words)
        (output,) = json.loads(capsys.readouterr().out)["models"][0]["outputs"]
        contracts.append((output["contract"], output["loss"]["source"]))
    assert contracts[:2] == [("undecided", "none"), ("ok", "command line")]
    assert contracts[2][1] == "command line"
    assert audit(plain, "--loss", "sparse_categorical_crossentropy", "--from-logits") == 1
    capsys.readouterr()
    assert audit(plain, "--loss", "nope=mse") == 2
    assert "--loss names nope" in capsys.readouterr().err
    assert audit(plain, "--from-logits") == 2
    assert "--from-logits changes nothing" in capsys.readouterr().err


def test_an_input_range_for_no_input_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    plain = str(SAMPLES / "softmax_with_true.h5")
    assert audit(plain, "--fail-on", "never", "--input-range", "0:1") == 0
    capsys.readouterr()
    assert audit(plain, "--fail-on", "never", "--input-range", "nope=0:1") == 2
    assert "--input-range names nope, which no model has as an input (inputs: " in capsys.readouterr().err


def test_a_witness_that_is_not_there_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("replay", str(SAMPLES / "softmax_with_true.h5"), "nope.npz") == 2
    assert "nope.npz: there is no such file" in capsys.readouterr().err
    assert call("replay", str(SAMPLES / "softmax_with_true.h5"), __file__) == 2
    assert "it is no .npz, as --save-witness writes them" in capsys.readouterr().err
    assert audit(str(SAMPLES / "softmax_with_true.h5"), "--witness-budget", "-1") == 2
    capsys.readouterr()
    assert call("replay", str(SAMPLES / "softmax_with_true.h5"), __file__, "--python", "no-such-python") == 2
    assert "--python no-such-python: there is no such program" in capsys.readouterr().err


def test_rules_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("rules") == 0
    assert "LC101  double-softmax" in capsys.readouterr().out
    for word in ("LC101", "double-softmax"):
        assert call("explain", word) == 0 and call("rule", word) == 0
        told = capsys.readouterr().out
        assert "Fix: " in told and "``" not in told and max(map(len, told.splitlines())) <= 80
        assert "Found:" in told and "Left alone:" in told
    assert call("explain", "LC999") == 2


def test_a_model_in_the_place_of_a_command_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    model = str(SAMPLES / "sigmoid_binary.h5")
    assert call(model) == 2
    assert capsys.readouterr().err.endswith(f"; to audit it: logitcheck audit {model}\n")
    assert call("nope") == 2
    assert "--help`)" in capsys.readouterr().err


def test_the_shell_completes_rules() -> None:
    assert _known_rules("lc10")[:2] == ["LC101", "LC102"]
    assert _known_rules("double-so") == ["double-softmax"]


def test_a_console_of_few_characters_is_served(tmp_path: Path) -> None:
    model = tmp_path / "gr\u00f6\u00dfe.h5"
    model.write_bytes((SAMPLES / "sigmoid_binary.h5").read_bytes())
    command = [sys.executable, "-m", "logitcheck", "audit", "--no-probe", str(model)]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0 and done.stderr == b"" and b"gr\\xf6\\xdfe.h5" in done.stdout


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0 and call("version") == 0
    assert capsys.readouterr().out == f"logitcheck {__version__}\n" * 2
    assert call("audit", "--help") == 0
    assert "--from-logits" in capsys.readouterr().out
    assert call() == 2


def test_an_exception_nobody_caught_is_2_and_never_1(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> int:
        raise ValueError("boom")

    def stop() -> int:
        raise KeyboardInterrupt

    assert guarded(fail) == 2
    assert "internal failure: ValueError: boom" in capsys.readouterr().err
    assert guarded(stop) == 130


def test_piped_output_is_plain_and_a_closed_pipe_is_no_error() -> None:
    words = [sys.executable, "-m", "logitcheck", "audit", "--no-probe", str(SAMPLES)]
    done = subprocess.run([*words, "--fail-on", "never"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "\x1b" not in done.stdout and done.stderr == ""
    closed = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert closed.stdout is not None and closed.stderr is not None
    closed.stdout.close()
    assert closed.stderr.read() == b""
    closed.stderr.close()
    assert closed.wait(60) == 1
