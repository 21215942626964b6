"""LC106."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from logitcheck.analysis.contract import INDEPENDENT, PROBABILITIES, Pairing
from logitcheck.analysis.head_ops import SOFTMAX
from logitcheck.analysis.losses import DISTRIBUTION
from logitcheck.analysis.training import all_logs
from logitcheck.finding import Contract, Finding, Location, Severity
from logitcheck.graph import Ref
from logitcheck.rules.case import Case
from logitcheck.rules.figures import head_words, place, with_loss
from logitcheck.rules.loss_site import loss_place
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sketch import Ops, dense, graph, layer, sketch


class SoftmaxWrongAxis(Rule):
    """The output is normalised along one axis, the classes lie along another.

    Each class then competes with itself over time, position or batch instead of with the other classes: what
    belongs to one example does not sum to 1 (with T steps and C classes it sums to C / T on average), and a
    prediction changes with the other entries of that axis.

    Fix: ``Softmax(axis=-1)``, or the loss's ``axis`` where the classes lie elsewhere.
    """

    code = "LC106"
    name = "softmax-wrong-axis"
    severity = Severity.ERROR
    bad: ClassVar = (
        Example(
            "softmax over time, classes last",
            lambda: sketch(
                dense(3), layer("Softmax", axis=1), shape=(7, 4), loss="sparse_categorical_crossentropy"
            ),
            at="softmax",
        ),
        Example("softmax over the batch", lambda: sketch(dense(3), layer("Softmax", axis=0)), at="softmax"),
        Example(
            "flattened after the softmax",
            lambda: sketch(
                dense(3, "softmax"), layer("Flatten"), shape=(7, 4), loss="categorical_crossentropy"
            ),
            at="flatten",
        ),
        Example(
            "a loss by hand that sums over the batch",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=lambda ops: _by_hand(ops, axis=0)),
            at="log",
        ),
    )
    good: ClassVar = (
        Example(
            "softmax over the classes",
            lambda: sketch(
                dense(3), layer("Softmax", axis=-1), shape=(7, 4), loss="sparse_categorical_crossentropy"
            ),
        ),
        Example(
            "a map that sums to 1 as a whole, under a divergence",
            lambda: sketch(dense(12, "softmax"), layer("Reshape", target_shape=(3, 4)), loss="kl_divergence"),
        ),
        Example("attention weights without a loss", lambda: sketch(layer("Softmax", axis=1), shape=(7, 4))),
        Example(
            "a loss by hand that sums over the classes",
            lambda: graph(lambda ops: {"scores": ops.scores()}, training=lambda ops: _by_hand(ops, axis=-1)),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Yield a finding for every output normalised along another axis than the loss's."""
        for pairing in case.pairings:
            if _over_batch(pairing):
                yield self._batch(pairing)
        for pairing in with_loss(case.pairings, DISTRIBUTION):
            if _over_batch(pairing) or (pairing.facts and pairing.facts.family == "divergence"):
                continue  # a divergence is 0 for equal values, along whatever axes both sum to 1
            if pairing.values == PROBABILITIES and pairing.tensor.sums_to_one != pairing.axis:
                yield self._found(pairing)
            elif pairing.values == INDEPENDENT and pairing.head.op in SOFTMAX:
                inner = case.facts.serving.of(pairing.head.ref).size(-1)
                if inner is not None and pairing.classes is not None and inner != pairing.classes:
                    yield self._cut(pairing, inner)
        for site, found in all_logs(case.facts):
            from logitcheck.analysis.logs import summed_elsewhere

            axes = summed_elsewhere(site.facts, found)
            if axes is not None:
                yield self._in_training(loss_place(case, site, found.node, found.source), site.graph, *axes)

    def _found(self, pairing: Pairing) -> Finding:
        axis, wanted = pairing.tensor.sums_to_one, pairing.axis
        length = pairing.tensor.size(axis or -1)
        return self.finding(
            f"output {pairing.output.name!r} sums to 1 along axis {axis} ({head_words(pairing)}), its loss "
            f"has the classes along axis {wanted}",
            why=f"the {_count(pairing.classes)} classes of one example do not sum to 1: they compete along "
            f"axis {axis} ({_count(length)} entries) instead of with each other; from TensorFlow 2.14 on "
            "the loss looks through the softmax and trains another model than the one served",
            fix=f"keras.layers.Softmax(axis={wanted})",
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"sums_along": axis, "class_axis": wanted},
        )

    def _batch(self, pairing: Pairing) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} sums to 1 over the batch ({head_words(pairing)}, axis 0)",
            why="each example shares 1 with the others in its batch: alone, every one of its "
            "classes gets 1.0",
            fix="keras.layers.Softmax(axis=-1)",
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"sums_along": pairing.tensor.sums_to_one, "class_axis": pairing.axis},
        )

    def _cut(self, pairing: Pairing, inner: int) -> Finding:
        return self.finding(
            f"output {pairing.output.name!r} has {pairing.classes} classes, its softmax "
            f"({head_words(pairing)}) was over {inner}",
            why=f"a reshape or slice behind it makes rows of {pairing.classes} values whose sum is not 1",
            fix=f"keras.layers.Softmax(axis={pairing.axis}) as the last layer",
            at=place(pairing),
            contract=Contract.VIOLATED,
            evidence={"normalised": inner, "classes": pairing.classes},
        )

    def _in_training(self, at: Location, training: str, axis: int, summed: int) -> Finding:
        return self.finding(
            f"the loss in {training!r} takes the logarithm of values that sum to 1 along axis {axis} at "
            f"{at.node!r} and sums them along axis {summed}",
            why="a cross-entropy sums over the classes, the axis along which its probabilities sum to 1; "
            "here 0 of the sums run over it",
            fix=f"tf.nn.softmax(scores, axis={summed}), or tf.reduce_sum(labels * log_p, axis={axis})",
            at=at,
            contract=Contract.VIOLATED,
            evidence={"sums_along": axis, "class_axis": summed},
        )


def _over_batch(pairing: Pairing) -> bool:
    """Tell whether an output sums to 1 along its first axis, where that is the batch (of unknown length)."""
    shape, axis = pairing.tensor.shape, pairing.tensor.sums_to_one
    return shape is not None and len(shape) > 1 and axis == -len(shape) and shape[0] is None


def _count(n: int | None) -> str:
    return "unknown number of" if n is None else str(n)


def _by_hand(ops: Ops, axis: int) -> Ref:
    logs = ops.op("Log", ops.op("Softmax", ops.scores()), name="log")
    return ops.op("Sum", ops.op("Mul", ops.input(None, 5, name="y"), logs), ops.const(axis, "int32"))
