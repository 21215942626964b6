"""Made-up reports for the tests of the writers."""

from __future__ import annotations

from logitcheck.finding import (
    Confidence,
    Contract,
    Coverage,
    Finding,
    Location,
    ModelReport,
    OutputReport,
    ProbeReport,
    Remark,
    Report,
    Severity,
)

FINDING = Finding(
    "LC101",
    "double-softmax",
    Severity.ERROR,
    Confidence.PROVED,
    Location(output="scores", layer="scores"),
    message="Output 'scores' is a softmax over 10 classes, and its loss applies another one.",
    why="With two softmaxes the loss cannot fall below 1.4612 nats for 10 classes.",
    fix="loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False)",
    evidence={"classes": 10, "floor": 1.4612, "bound": float("inf")},
    contract=Contract.VIOLATED,
)

MEASURED = {
    "rows": 32,
    "min": 0.01,
    "max": 0.5,
    "sum_axis": -1,
    "sum_min": 1.0,
    "sum_max": 1.0,
    "nan": 0,
    "inf": 0,
    "exact_zero": 3,
    "exact_one": 0,
}

BROKEN = ModelReport(
    "models/broken.keras",
    "keras-zip",
    framework="keras",
    version="3.15.1",
    backend="tensorflow",
    outputs=(
        OutputReport(
            "scores",
            (None, 10),
            "float32",
            "probabilities",
            "sparse_categorical_crossentropy",
            True,
            "file",
            Contract.VIOLATED,
            measured=MEASURED,
            effective_loss={
                "value": 2.25,
                "is": "logits",
                "sentence": "Keras 3.15 un-does the softmax (measured 2.2500 = CE of the logits)",
            },
            interval=(0.0, 1.0),
            chain=("hidden: MatMul, Relu (not negative)", "scores: MatMul, Softmax (sums to 1)"),
            loss_note="TensorFlow undoes the softmax here; JAX and PyTorch do not.",
        ),
    ),
    probe=ProbeReport("ran", None, "keras 3", 1.5, {"isolation": {"network": "none"}}),
    coverage=Coverage(12, 11, {"Mystery": 1}),
    findings=(FINDING,),
    skipped=(Remark("LC116", "1 finding left out by --select or --ignore"),),
)

SOUND = ModelReport(
    "models/\x1b[31mplain.tflite",
    "tflite",
    outputs=(
        OutputReport(
            "out",
            None,
            None,
            "unknown",
            None,
            None,
            "none",
            Contract.UNDECIDED,
            interval=(float("-inf"), 1.0),
        ),
    ),
    probe=ProbeReport("skipped", "the audit was asked to be static"),
    undecided=(Remark("out", "no loss is stored", "--loss NAME", Location(output="out")),),
)

REFUSED = ModelReport(
    "models/w.h5", "weights-only", reason="the file holds weights only; give the whole model"
)

REPORT = Report((BROKEN, SOUND, REFUSED), exit_code=1)
