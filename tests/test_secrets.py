from __future__ import annotations

import base64
import hashlib

import pytest

from logitcheck.finding import Confidence, Finding, Location, ModelReport, Remark, Severity
from logitcheck.secrets import CUT, redact, redact_all

SUPERUSER = "root"
BLOB = base64.b64encode(b"".join(hashlib.sha256(bytes([i])).digest() for i in range(4))).decode()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("asset at https://user:hunter2@example.org/v.txt", "hunter2"),
        ("asset at https://example.org/v.txt?sig=abcdef123456&x=1", "abcdef123456"),
        ("key AKIAABCDEFGHIJKLMNOP in a vocabulary", "AKIAABCDEFGHIJKLMNOP"),
        ("token ghp_" + "a1B2" * 9, "a1B2a1B2"),
        ("hf_" + "Ab3d" * 8, "Ab3dAb3d"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123", "eyJzdWIi"),
        ("password=correct-horse", "correct-horse"),
        ("reads '/home/alice/private/vocab.txt' when it is loaded", "alice/private"),
        ("/Users/alice/model.py", "alice"),
        ("C:\\Users\\alice\\model.py", "alice"),
        (f"[/{SUPERUSER}/private/x]", "private"),
        ("the folder /home/alice", "alice"),
        (f"lambda code {BLOB}", BLOB[40:60]),
    ],
)
def test_what_may_be_secret_is_cut(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert CUT in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "StatefulPartitionedCall/StatefulPartitionedCall/model/conv5_block16_concat/concat",
        "skip_connection_with_batch_normalization_and_dropout_layer_number_12",
        "https://keras.io/api/losses",
        "model/home/dense/kernel",
        "/usr/share/dict/words",
        "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        "keras.layers.Conv2D(64, 3)/Conv2DBackpropInput/FusedBatchNormV3/ReadVariableOp_17",
        "token_and_position_embedding: 128 columns",
    ],
)
def test_names_and_code_of_our_own_stay(text: str) -> None:
    assert redact(text) == text


def test_source_text_is_cut_from_messages_but_not_from_fixes() -> None:
    finding = Finding(
        "LC601",
        "embedded-code",
        Severity.WARNING,
        Confidence.PROVED,
        Location(layer="l"),
        message="layer l holds lambda x: steal(x)",
        why="",
        fix="keras.layers.Lambda(lambda x: x) becomes keras.layers.Identity()",
        evidence={"source": ["def f(x):\n    return steal(x)"]},
    )
    report = ModelReport(
        "m.h5", "keras-hdf5", findings=(finding,), errors=(Remark("x", "password=abcdefgh"),)
    )
    done = redact_all(report)
    assert "steal" not in done.findings[0].message
    assert "steal" not in str(done.findings[0].evidence)
    assert done.findings[0].fix == finding.fix
    assert "abcdefgh" not in done.errors[0].reason
    assert done.path == report.path and done.findings[0].severity is Severity.WARNING
