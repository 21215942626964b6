"""Run the corpus of attacks through this program and through other scanners, side by side.

usage: python benchmarks/scanners.py [--modelscan PROGRAM] [--modelaudit PROGRAM] [--markdown]

The other scanners are no dependency: install them in an environment of their own and give their programs.
An attack counts as caught where the tool reports an issue about the file; a refusal without one is "refused".
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hostile import config_attacks, container_attacks, graph_attacks  # noqa: F401
from tests.hostile.attacks import ATTACKS, Attack, Canary

TIMEOUT = 120
Judge = Callable[[Path, Path], str]
"""Takes the file and a scratch folder; answers ``caught``, ``refused`` or ``missed``."""


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program and keep what it prints."""
    return subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def logitcheck(path: Path, scratch: Path) -> str:
    """Judge by the findings of LC6xx, whatever their severity."""
    report = scratch / "logitcheck.json"
    words = [sys.executable, "-m", "logitcheck", "audit", "--no-probe", "--format", "json"]
    run([*words, "--output", str(report), str(path)])
    model = json.loads(report.read_text())["models"][0]
    if any(finding["rule"].startswith("LC6") for finding in model["findings"]):
        return "caught"
    return "refused" if model["status"] == "not-audited" else "missed"


def modelscan(program: str) -> Judge:
    """Judge by the number of issues in its JSON report."""

    def judge(path: Path, scratch: Path) -> str:
        report = scratch / "modelscan.json"
        report.unlink(missing_ok=True)
        done = run([program, "-p", str(path), "-r", "json", "-o", str(report)])
        if not report.exists():
            return "refused" if done.returncode > 1 else "missed"
        found = json.loads(report.read_text())
        if found.get("issues"):
            return "caught"
        return "refused" if found.get("errors") or done.returncode > 1 else "missed"

    return judge


def modelaudit(program: str) -> Judge:
    """Judge by the issues of warning and above in its JSON report."""

    def judge(path: Path, _scratch: Path) -> str:
        done = run([program, "scan", "--format", "json", str(path)])
        try:
            found = json.loads(done.stdout[done.stdout.index("{") :])
        except ValueError:
            return "refused"
        issues = [
            issue for issue in found.get("issues", []) if issue.get("severity") in ("warning", "critical")
        ]
        return "caught" if issues else "refused" if done.returncode > 1 else "missed"

    return judge


def compare(tools: dict[str, Judge]) -> list[tuple[Attack, dict[str, str]]]:
    """Build every attack once and let every tool judge it."""
    rows = []
    for attack in ATTACKS:
        with tempfile.TemporaryDirectory() as place, socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            folder, scratch = Path(place, "model"), Path(place, "scratch")
            folder.mkdir()
            scratch.mkdir()
            secret = Path(place, "secret.txt")
            secret.write_text(Canary.text)
            path = attack.build(folder, Canary(secret, Path(place, "target.txt"), listener.getsockname()[1]))
            rows.append((attack, {name: judge(path, scratch) for name, judge in tools.items()}))
    return rows


def main() -> None:
    """Print one line an attack and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modelscan", help="program of modelscan")
    parser.add_argument("--modelaudit", help="program of modelaudit")
    parser.add_argument("--markdown", action="store_true", help="print a table for the documentation")
    args = parser.parse_args()
    tools: dict[str, Judge] = {"logitcheck": logitcheck}
    if args.modelscan:
        tools["modelscan"] = modelscan(args.modelscan)
    if args.modelaudit:
        tools["modelaudit"] = modelaudit(args.modelaudit)
    rows = compare(tools)
    edge, line = ("| ", " | ") if args.markdown else ("", "  ")
    print(edge + line.join(["attack", "rule", *tools]) + edge[::-1])
    if args.markdown:
        print("|---" * (2 + len(tools)) + "|")
    for attack, answers in rows:
        print(edge + line.join([attack.name.replace("_", " "), attack.code, *answers.values()]) + edge[::-1])
    for name in tools:
        print(f"{name}: {dict(Counter(answers[name] for _, answers in rows))}", file=sys.stderr)


if __name__ == "__main__":
    main()
