"""A loss op speaks of the output that it trains, and of no other."""

from __future__ import annotations

from logitcheck.finding import Contract
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.loss.lc115_probabilities_into_fused_loss import ProbabilitiesIntoFusedLoss
from logitcheck.rules.sketch import Ops, graph
from logitcheck.verdict import judge_outputs


def head(ops: Ops, trunk: Ref, name: str) -> Ref:
    kernel = ops.op("Weight", key=f"{name}/kernel", shape=(4, 5), dtype="float32")
    return ops.op("Softmax", ops.op("MatMul", trunk, kernel))


def served(ops: Ops) -> dict[str, Ref]:
    trunk = ops.op("Relu", ops.scores(4))
    return {name: head(ops, trunk, name) for name in ("colour", "shape")}


def trains(*names: str) -> Case:
    def loss(ops: Ops) -> Ref:
        trunk = ops.op("Relu", ops.scores(4))
        given = [head(ops, trunk, name) for name in names]
        whole = given[0] if len(given) == 1 else ops.op("Mul", ops.op("AddV2", *given), ops.const(0.5))
        return ops.op("SoftmaxCrossEntropyWithLogits", whole, ops.input(None, 5, name="y"), name="fused")

    return graph(served, training=loss)


def contracts(case: Case) -> dict[str, str]:
    findings = list(ProbabilitiesIntoFusedLoss().check(case))
    assert findings
    return {report.name: str(report.contract) for report in judge_outputs(case, findings)}


def test_the_other_head_is_not_accused() -> None:
    case = trains("colour")
    (finding,) = ProbabilitiesIntoFusedLoss().check(case)
    assert (finding.location.output, finding.location.node) == ("colour", "fused")
    assert contracts(case) == {"colour": Contract.VIOLATED, "shape": Contract.UNDECIDED}


def test_a_loss_on_both_heads_speaks_of_both() -> None:
    assert set(contracts(trains("colour", "shape")).values()) == {Contract.VIOLATED}


def test_the_loss_of_a_head_that_is_not_served_accuses_no_output_that_has_its_own() -> None:
    def loss(ops: Ops) -> Ref:
        trunk = ops.op("Relu", ops.scores(4))
        labels = ops.input(None, 5, name="y")
        heads = {name: head(ops, trunk, name) for name in ("colour", "shape", "aside")}
        scores = [next(n for n in ops.nodes if n.name == heads[name].node).inputs[0] for name in heads]
        op = "SoftmaxCrossEntropyWithLogits"
        return ops.op("AddN", *(ops.op(op, ref, labels) for ref in (*scores[:2], heads["aside"])))

    case = graph(served, training=loss)
    assert set(contracts(case).values()) == {Contract.UNDECIDED}
