from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from logitcheck.finding import (
    Contract,
    Coverage,
    Location,
    ModelReport,
    ProbeReport,
    Remark,
    Report,
    Severity,
)
from logitcheck.report.layout import Piece, line, to_text
from logitcheck.report.terminal import View, render
from tests.report.samples import BROKEN, FINDING, MEASURED, REPORT

GOLDEN = Path(__file__).parent / "golden"
VIEWS = {
    "80_columns": View(),
    "40_columns": View(width=40),
    "verbose": View(verbose=True),
    "quiet": View(quiet=True),
}


@pytest.mark.parametrize("name", VIEWS)
def test_text_is_as_agreed(name: str) -> None:
    """After a change on purpose: ``python -m tests.report.test_terminal`` writes the agreed texts anew."""
    assert render(REPORT, VIEWS[name]) == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("view", [View(), View(width=40), View(width=40, color=True)])
def test_nothing_is_wider_than_the_terminal_and_nothing_from_a_file_controls_it(view: View) -> None:
    text = render(REPORT, view)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert max(map(len, plain.splitlines())) <= view.width
    assert "\\x1b[31m" in plain.replace("\n", "")
    assert ("\x1b[" in text) is view.color
    if view.color:
        assert plain == render(REPORT, View(width=view.width))


def test_many_findings_of_one_rule_are_counted_and_all_shown_on_demand() -> None:
    many = Report((replace(BROKEN, findings=tuple(replace(FINDING, why=str(n)) for n in range(9))),))
    assert render(many).count("double-softmax") == 5
    assert "4 more of LC101" in render(many)
    assert render(many, View(verbose=True)).count("double-softmax") == 9


def test_findings_alike_but_for_their_place_are_told_once() -> None:
    places = [Location(layer=f"dense_{n}") for n in range(8)]
    alike = Report((replace(BROKEN, findings=tuple(replace(FINDING, location=at) for at in places)),))
    text = render(alike, View(width=200))
    assert text.count("double-softmax") == text.count("why ") == 1
    assert "also layer dense_1; layer dense_2; layer dense_3; layer dense_4; layer dense_5 and 2 more" in text
    assert render(alike, View(verbose=True)).count("double-softmax") == 8


def test_findings_that_differ_only_in_what_was_measured_are_told_once() -> None:
    whys = [f"It costs. Measured in Keras 3: {n}.5 = the logits." for n in range(4)]
    places = [Location(layer=f"dense_{n}") for n in range(4)]
    alike = tuple(
        replace(FINDING, why=why, location=at, evidence={"measured_is": "logits"})
        for why, at in zip(whys, places, strict=True)
    )
    text = render(Report((replace(BROKEN, findings=alike),)), View(width=200))
    assert text.count("double-softmax") == 1 and "0.5 = the logits" in text
    other = replace(alike[3], evidence={"measured_is": "softmax-twice"})
    assert render(Report((replace(BROKEN, findings=(*alike[:3], other)),))).count("double-softmax") == 2


def test_infos_take_one_line_unless_all_is_wanted() -> None:
    info = replace(FINDING, severity=Severity.INFO)
    text = render(Report((replace(BROKEN, findings=(info, info)),)), View(width=200))
    assert "  info LC101 double-softmax (2 times); --verbose tells more\n" in text
    assert "why" not in text


def test_a_sound_model_takes_five_lines() -> None:
    output = replace(
        BROKEN.outputs[0], contract=Contract.OK, measured=None, effective_loss=None, loss_note=""
    )
    sound = replace(BROKEN, outputs=(output,), findings=(), skipped=(), coverage=Coverage(12, 12))
    assert render(Report((sound,))).count("\n") == 7  # with the blank one and the sum


def test_a_probe_skipped_for_all_is_told_once() -> None:
    static = replace(BROKEN, probe=ProbeReport("skipped", "asked to be static"))
    text = render(Report((static, static)))
    assert text.count("asked to be static") == 1
    assert text.endswith("no model was run: asked to be static\n")
    assert render(Report((static, BROKEN))).count("probe ") == 2
    failed = replace(BROKEN, probe=ProbeReport("failed", "TensorFlow cannot be imported"))
    assert render(Report((failed, failed))).count("TensorFlow cannot") == 1


def test_what_undecided_says_is_not_said_again_among_the_infos() -> None:
    info = replace(FINDING, severity=Severity.INFO, contract=Contract.UNDECIDED)
    remark = Remark("scores", "no loss is stored", location=Location(output="scores"))
    assert "double-softmax" not in render(Report((replace(BROKEN, findings=(info,), undecided=(remark,)),)))
    assert "double-softmax" in render(Report((replace(BROKEN, findings=(info,)),)))


def test_sums_are_told_of_what_is_or_should_be_probabilities() -> None:
    def shown(contract: Contract) -> str:
        output = replace(BROKEN.outputs[0], values="logits", contract=contract)
        return render(Report((replace(BROKEN, outputs=(output,)),)))

    assert "0.01 to 0.5 (32 rows)" in shown(Contract.OK)
    assert "sums 1 along axis -1; 3 exact 0" in shown(Contract.VIOLATED)


def test_outputs_undecided_for_one_reason_share_a_line() -> None:
    remarks = tuple(Remark(f"out{n}", "no loss is stored", f"--loss out{n}=NAME") for n in range(7))
    text = render(Report((replace(BROKEN, undecided=remarks),)), View(width=200))
    assert "undecided  out0, out1, out2, out3, out4 and 2 more: no loss is stored; --loss out0=NAME" in text


def heads(*, broken: int = 0, **changes: object) -> Report:
    outputs = [replace(BROKEN.outputs[0], name=f"head_{n}", **changes) for n in range(30)]  # type: ignore[arg-type]
    if broken:
        outputs[broken] = replace(outputs[broken], measured={**MEASURED, "nan": 3})
    return Report((replace(BROKEN, outputs=tuple(outputs), findings=()),))


def test_many_outputs_that_are_alike_are_told_once_and_each_on_demand() -> None:
    text = render(heads(), View(width=200))
    assert text.count("contract  ") == 1
    assert "alike     head_1, head_2, head_3, head_4, head_5 and 24 more\n" in text
    assert render(heads(), View(verbose=True)).count("contract  ") == 30


def test_an_output_with_nan_is_told_by_itself_among_many() -> None:
    text = render(heads(broken=7), View(width=200))
    assert text.count("contract  ") == 2 and "3 NaN" in text and "head_7 (" in text


def test_what_was_measured_of_a_loss_is_not_told_twice() -> None:
    finding = replace(FINDING, evidence={"measured_is": "logits"})
    assert "effective" in render(Report((BROKEN,)))
    told = Report((replace(BROKEN, findings=(finding,)),))
    assert "effective" not in render(told) and "effective" in render(told, View(verbose=True))


def test_why_a_model_was_refused_or_not_run_is_said_once() -> None:
    refusal = replace(FINDING, message="this is a pickle", location=Location())
    refused = replace(BROKEN, reason="this is a pickle; do not load it", outputs=(), findings=(refusal,))
    assert render(Report((refused,))).count("this is a pickle") == 1
    failed = replace(
        BROKEN, probe=ProbeReport("failed", "few labels"), errors=(Remark("data", "few labels"),)
    )
    assert render(Report((failed,))).count("few labels") == 1
    unknown = ModelReport("m", "unknown", reason="no such file")
    assert render(Report((unknown,))).startswith("NOT AUDITED  m\n  no such file\n")


def test_a_quiet_line_says_why_a_model_did_not_pass() -> None:
    remarks = tuple(Remark(f"out{n}", "no loss is stored") for n in range(2))
    open_ = replace(BROKEN, findings=(), skipped=(), undecided=remarks)
    assert ".keras: out0, out1: no loss is stored\n" in render(Report((open_,)), View(width=200, quiet=True))
    hidden = render(Report((replace(BROKEN, findings=()),)), View(width=200, quiet=True))
    assert ".keras: LC116: 1 finding left out" in hidden


def test_code_is_broken_behind_its_marks() -> None:
    long = line(Piece("loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False)"), indent=2)
    rows = [row.strip() for row in to_text([long], 40).splitlines()]
    assert rows == ["loss=keras.losses.", "SparseCategoricalCrossentropy(", "from_logits=False)"]


def test_wrapping_breaks_words_that_are_too_long() -> None:
    long = line(Piece("key  ", "dim"), "x" * 50, indent=2, hang=5)
    rows = to_text([long], 30).splitlines()
    assert max(map(len, rows)) <= 30
    assert sum(row.count("x") for row in rows) == 50


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, view in VIEWS.items():
        (GOLDEN / f"{name}.txt").write_text(render(REPORT, view))
