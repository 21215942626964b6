"""What a loss is taken of: the logits behind the softmax that Keras looks through, whatever passes it on."""

from __future__ import annotations

import pytest

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.inside.step import as_trained
from logitcheck.probe.protocol import LossPlan, OutputPlan


def output(*ops: str) -> tuple[Graph, OutputPlan]:
    """Return a chain of ops behind a placeholder ``x``, and its last one as an output."""
    nodes = [Node("x", "Placeholder", (), {})]
    for number, op in enumerate(ops):
        nodes.append(Node(f"{op}_{number}", op, (Ref(nodes[-1].name),), {}))
    last = nodes[-1].name
    loss = LossPlan("sparse_categorical_crossentropy", False)
    return Graph(tuple(nodes), ("x",), (Ref(last),)), OutputPlan("y", last, loss=loss)


@pytest.mark.parametrize(
    ("ops", "taken", "from_logits"),
    [
        (("Softmax",), "x", True),
        (("Softmax", "Identity", "IdentityN"), "x", True),
        (("Softmax", "Reshape"), "Reshape_1", False),
        (("Sigmoid", "Identity"), "Sigmoid_0", False),
    ],
)
def test_identities_of_a_signature_are_passed(ops, taken, from_logits):
    graph, plan = output(*ops)
    loss, ref = as_trained(graph, plan)
    assert (ref.node, loss.from_logits) == (taken, from_logits)
