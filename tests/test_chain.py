from __future__ import annotations

from logitcheck.analysis.analyse import analyse
from logitcheck.chain import chain
from logitcheck.rules.sketch import dense, layer, sketch


def links(*layers: object) -> tuple[str, ...]:
    model = sketch(*layers).model  # type: ignore[arg-type]
    return chain(analyse(model).serving, model.outputs[0].ref)


def test_layers_are_links_with_what_they_hand_on() -> None:
    told = links(dense(8, "relu"), dense(3, "softmax"))
    assert [link.split(": ")[1] for link in told] == [
        "MatMul, BiasAdd, Relu (not negative)",
        "MatMul, BiasAdd, Softmax (sums to 1)",
    ]


def test_only_the_last_links_are_told_and_silent_layers_are_left_out() -> None:
    told = links(*[dense(4)] * 6, layer("Dropout", rate=0.5), dense(1, "sigmoid"))
    assert len(told) == 4
    assert told[-1].endswith("Sigmoid (in [0, 1])") and told[0].endswith("(unbounded)")
