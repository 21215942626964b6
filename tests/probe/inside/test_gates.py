from __future__ import annotations

from typing import Any

import pytest

from logitcheck.graph import Graph, Node, Ref
from logitcheck.probe.inside.gates import behind_gates


def branch(slot: str, shape: tuple[int, ...]) -> Graph:
    """Return x + gate * (kernel x), followed by a head."""
    return Graph(
        (
            Node("x", "Placeholder"),
            Node("kernel", "Weight", (), {"shape": (4, 4), "dtype": "float32"}, "inner"),
            Node("product", "MatMul", (Ref("x"), Ref("kernel")), {}, "inner"),
            Node("gate", "Weight", (), {"shape": shape, "dtype": "float32", "slot": slot}, "last"),
            Node("scaled", "Mul", (Ref("product"), Ref("gate")), {}, "last"),
            Node("sum", "AddV2", (Ref("x"), Ref("scaled")), {}, "add"),
            Node("head", "Weight", (), {"shape": (4, 2), "dtype": "float32"}, "head"),
            Node("scores", "MatMul", (Ref("sum"), Ref("head")), {}, "head"),
        ),
        ("x",),
        (Ref("scores"),),
    )


def figures(gate: float, gradient: float) -> dict[str, dict[str, Any]]:
    return {
        "kernel": {"size": 1.0, "norm": 0.0},
        "gate": {"size": gate, "norm": gradient},
        "head": {"size": 1.0, "norm": 1.0},
    }


@pytest.mark.parametrize(
    ("slot", "shape", "size", "gradient", "found"),
    [
        ("gamma", (4,), 0.0, 1.0, {"inner"}),
        ("kernel", (4, 4), 0.0, 1.0, {"inner"}),
        ("gamma", (4,), 0.5, 1.0, set()),
        ("gamma", (4,), 0.0, 0.0, set()),
        ("bias", (4,), 0.0, 1.0, set()),
    ],
)
def test_what_stands_before_a_scale_of_zeros_waits(
    slot: str, shape: tuple[int, ...], size: float, gradient: float, found: set[str]
) -> None:
    assert behind_gates(branch(slot, shape), figures(size, gradient)) == found
