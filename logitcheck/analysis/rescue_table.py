"""Which Keras looks through a softmax or sigmoid and which applies it twice, by the way it was built.

Measured with every version that it names; ``tools/loss_table.py`` measures it again for any interpreter.
"""

from __future__ import annotations

from logitcheck.record import dataclass

RESCUED = "rescued"
DOUBLED = "doubled"
MIXED = "mixed"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Era:
    """Versions that behave alike."""

    title: str
    builds: dict[str, str]
    """How the softmax was built → what becomes of it; ``other`` for the rest."""

    first: str
    """The earliest of the versions."""

    last: str
    """The latest, in words that may follow ``up to``."""


GRAPH_ONLY = "rescued in graph mode, doubled when run eagerly"
IN_EVALUATION = "rescued in evaluation, doubled in training"
IN_TRAINING = "doubled in evaluation, rescued in training"
IN_PART = "rescued in its cross-entropy, doubled in its focal factor"

MODES = {
    RESCUED: (RESCUED, RESCUED, RESCUED),
    DOUBLED: (DOUBLED, DOUBLED, DOUBLED),
    GRAPH_ONLY: (RESCUED, DOUBLED, RESCUED),
    IN_EVALUATION: (RESCUED, RESCUED, DOUBLED),
    IN_TRAINING: (DOUBLED, DOUBLED, RESCUED),
}
"""What becomes of it in a graph, eagerly, and in training."""

OLD = Era("Keras up to 2.3 and TensorFlow up to 2.3", {"other": DOUBLED}, "Keras 1", "TensorFlow 2.3")
TF_2_4 = Era(
    "TensorFlow 2.4",
    {"activation": RESCUED, "float16": RESCUED, "other": DOUBLED},
    "TensorFlow 2.4",
    "TensorFlow 2.4",
)
TF_2_5 = Era(
    "TensorFlow 2.5 to 2.9",
    {**TF_2_4.builds, "idle": IN_TRAINING},
    "TensorFlow 2.5",
    "TensorFlow 2.9",
)
TF_2_11 = Era(
    "TensorFlow 2.11 to 2.13",
    {
        "activation": RESCUED,
        "float16": RESCUED,
        "layer": GRAPH_ONLY,
        "op": GRAPH_ONLY,
        "followed": GRAPH_ONLY,
        "other": DOUBLED,
    },
    "TensorFlow 2.11",
    "TensorFlow 2.13",
)
TF_2_10 = Era(
    "TensorFlow 2.10",
    {**TF_2_11.builds, "idle": IN_TRAINING},
    "TensorFlow 2.10",
    "TensorFlow 2.10",
)
TF_2_14 = Era(
    "TensorFlow 2.14, 2.15 and tf_keras",
    {
        "activation": RESCUED,
        "float16": RESCUED,
        "layer": RESCUED,
        "across": RESCUED,
        "op": GRAPH_ONLY,
        "followed": RESCUED,
        "other": DOUBLED,
    },
    "TensorFlow 2.14",
    "TensorFlow 2.15 and in tf_keras",
)
KERAS_3 = Era(
    "Keras 3 on TensorFlow",
    {
        "activation": RESCUED,
        "layer": RESCUED,
        "across": RESCUED,
        "op": RESCUED,
        "followed": RESCUED,
        "dropout": IN_EVALUATION,
        "idle": RESCUED,
        "other": DOUBLED,
    },
    "Keras 3",
    "Keras 3",
)
OTHER_BACKEND = Era("Keras 3 on JAX, PyTorch and other backends", {"other": DOUBLED}, "Keras 3", "Keras 3")

ON_TENSORFLOW = (OLD, TF_2_4, TF_2_5, TF_2_10, TF_2_11, TF_2_14, KERAS_3)
"""In the order of time."""
