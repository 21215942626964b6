"""A child that crashes, hangs, floods or lies costs one refusal."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from logitcheck.errors import NotAudited
from logitcheck.readers import limited_child
from logitcheck.readers.limited_child import LimitedChild, stream_of


def answer_of(work: Callable[[], bytes], what: str, limit: int) -> bytes:
    """What a child answers, all at once."""
    with LimitedChild(lambda: [work()], what) as child:
        return child.answer(limit)


def test_the_answer_comes_back_whole() -> None:
    data = bytes(range(256)) * 10_000
    assert answer_of(lambda: data, "it", 1 << 24) == data


def test_pieces_come_back_in_order() -> None:
    assert list(stream_of(lambda: [b"a", b"bc", b""], "it")) == [b"a", b"bc"]


def test_a_refusal_keeps_reason_advice_and_code() -> None:
    def work() -> bytes:
        raise NotAudited("too deep", "leave it", code="LC608")

    with pytest.raises(NotAudited) as caught:
        answer_of(work, "it", 100)
    assert (caught.value.reason, caught.value.advice, caught.value.code) == ("too deep", "leave it", "LC608")


def test_a_crash_is_a_refusal() -> None:
    def work() -> bytes:
        os.kill(os.getpid(), signal.SIGSEGV)
        return b""

    with pytest.raises(NotAudited, match="crashed"):
        answer_of(work, "it", 100)


def test_any_other_exception_is_a_refusal() -> None:
    def work() -> bytes:
        raise RuntimeError

    with pytest.raises(NotAudited, match="crashed"):
        answer_of(work, "it", 100)


def test_memory_is_limited() -> None:
    def work() -> bytes:
        return bytes(3 * limited_child.MEMORY)[:1]

    with pytest.raises(NotAudited, match="crashed"):
        answer_of(work, "it", 100)


def test_a_file_cannot_be_written(tmp_path: Path) -> None:
    target = tmp_path / "x"

    def work() -> bytes:
        target.write_bytes(b"pwned")
        return b""

    with pytest.raises(NotAudited):
        answer_of(work, "it", 100)
    assert not target.exists() or not target.read_bytes()


def test_a_hang_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited_child, "PATIENCE", 1.0)

    def work() -> bytes:
        time.sleep(60)
        return b""

    with pytest.raises(NotAudited, match="busy"):
        answer_of(work, "it", 100)


def test_spinning_is_cut_off() -> None:
    def work() -> list[bytes]:
        while True:
            pass

    with LimitedChild(work, "it", 0.2) as child, pytest.raises(NotAudited, match="too long"):
        child.answer(100)


def test_a_flood_is_cut_off() -> None:
    def flood() -> bytes:
        return bytes(1 << 20)

    with pytest.raises(NotAudited, match="more than 1000 bytes"):
        answer_of(flood, "it", 1000)


def test_no_child_is_left_when_nobody_reads_on() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(1 << 20)

    with LimitedChild(endless, "it") as child:
        next(child.pieces())
        process = child._child
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_stream_that_is_closed_early_ends_its_child() -> None:
    stream = stream_of(lambda: [b"a", b"b"], "it")
    assert next(stream) == b"a"
    stream.close()
    assert list(stream) == []
