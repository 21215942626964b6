"""What an audit comes to: facts, findings and the probe's outcome put together as the report of one model."""

from __future__ import annotations

from collections.abc import Sequence

from logitcheck import overrides
from logitcheck.finding import Finding, ModelReport, OutputReport, ProbeReport, Remark
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Rule
from logitcheck.selection import Selection
from logitcheck.stages import Stages


def conclude(
    path: str,
    case: Case,
    findings: list[Finding],
    probe: ProbeReport,
    shown: tuple[Selection, Sequence[type[Rule]]],
    stages: Stages,
) -> ModelReport:
    """Return the report of one model; ``shown`` is the user's selection and the rules that ran.

    A part that fails leaves a remark in ``stages`` and the others as they are.
    """
    from logitcheck.chain import with_chains
    from logitcheck.verdict import judge_outputs, undecided

    model = case.model
    no_outputs: tuple[OutputReport, ...] = ()
    no_remarks: tuple[Remark, ...] = ()
    outputs = stages.run("verdict", lambda: judge_outputs(case, findings), no_outputs)
    outputs = stages.run("chain", lambda: with_chains(outputs, case), outputs)
    remarks = stages.run("verdict", lambda: undecided(case, findings), no_remarks)
    selection, rules = shown
    kept, left_out = selection.sift(findings, rules)
    return ModelReport(
        path=path,
        format=model.format,
        framework=model.writer.framework,
        version=model.writer.version,
        backend=model.writer.backend,
        inputs=overrides.input_names(model),
        outputs=outputs,
        probe=probe,
        coverage=case.facts.coverage,
        findings=kept,
        undecided=remarks,
        skipped=left_out,
    )
