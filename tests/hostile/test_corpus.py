"""Every attack is caught by name, from the file alone, and touches nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from logitcheck.audit import audit
from logitcheck.finding import Report
from logitcheck.options import AuditOptions
from logitcheck.report.json_v1 import render
from logitcheck.rules.catalogue import concerning
from tests.hostile import config_attacks, container_attacks, graph_attacks  # noqa: F401  (they register themselves)
from tests.hostile.attacks import ATTACKS, Attack, Canary


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    """A secret that must not be read, a file that must not be written, a port that must not be called."""
    secret = tmp_path / "secret.txt"
    secret.write_text(Canary.text)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield Canary(secret, tmp_path / "target.txt", listener.getsockname()[1])
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(ATTACKS) >= 60
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_caught_and_touches_nothing(attack: Attack, tmp_path: Path, canary: Canary) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    path = attack.build(folder, canary)
    before, environment = sorted(tmp_path.rglob("*")), dict(os.environ)
    report = audit(str(path), AuditOptions(), concerning)
    assert attack.code in {finding.rule for finding in report.findings}, report
    assert Canary.text not in render(Report((report,)))
    assert sorted(tmp_path.rglob("*")) == before
    assert not canary.target.exists()
    assert dict(os.environ) == environment
