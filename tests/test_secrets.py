from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logitcheck import secrets
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


PIECES = (
    *(
        "https://",
        "me:pw",
        "@",
        "host.org",
        "/",
        "?",
        "&",
        "sig=",
        "abcd",
        "token",
        "TOKEN",
        "\u017fecret",
        "=",
    ),
    *(
        "'",
        ": ",
        "api_key",
        "ap\u0131key",
        "acce\u017f\u017f_key",
        "bearer ",
        "Ba\u017fic ",
        "abcdefghijklmnop",
    ),
    *(
        "Ab3d" * 5,
        "ghp_",
        "GHP_",
        "hf_",
        "sk-",
        "xoxb-",
        "AKIA",
        "A1B2C3D4E5F6G7H8",
        "eyJhbGciOiJI.eyJzdWIiOi",
    ),
    *(
        "-----BEGIN KEY-----",
        "/home/",
        "/Users/",
        "C:\\Users\\",
        f"/{SUPERUSER}/",
        "alice",
        "lambda x: x",
        "def f(",
    ),
    *("import os", "exec(", "\u00e9", "q7Xk2" * 9, "deadbeef" * 5, "one_word", "-", " ", "0123456789" * 4),
)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.booleans())
def test_what_tells_sooner_that_a_pattern_is_not_there_is_right(text: str, source: bool) -> None:
    whole = text
    if re.search(secrets._SUSPECT, text):
        for _, pattern, instead in secrets._PATTERNS:
            whole = re.sub(pattern, instead, whole, flags=re.DOTALL)
        whole = re.sub(secrets._ENCODED, lambda m: CUT if secrets._is_encoded(m[0]) else m[0], whole)
        whole = re.sub(secrets._SOURCE, "[source cut]", whole, flags=re.DOTALL) if source else whole
    assert redact(text, source=source) == whole


def test_a_report_without_secrets_needs_no_pattern() -> None:
    secrets._compiled.cache_clear()
    redact_all(
        ModelReport("net.h5", "keras-hdf5", "tf.keras", errors=(Remark("dense_1", "sums to 1: no loss"),))
    )
    assert secrets._compiled.cache_info().currsize == 0


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
