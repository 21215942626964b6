"""Writes ``docs/report.svg``: the terminal report of a broken sample model, as the program prints it."""

from __future__ import annotations

import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from logitcheck.audit import audit
from logitcheck.finding import Report
from logitcheck.options import AuditOptions
from logitcheck.outcome import exit_code
from logitcheck.probe.host import Prober
from logitcheck.report.terminal import View, render
from logitcheck.rules.catalogue import concerning

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "sample_models/softmax_with_true.keras"
WIDTH = 88


def main() -> None:
    """Audit the sample with its probe and draw the report."""
    with Prober() as prober:
        model = audit(SAMPLE, AuditOptions(), concerning, prober)
    report = Report((model,), exit_code([model], "error"))
    console = Console(record=True, width=WIDTH, file=Path("/dev/null").open("w"))  # noqa: SIM115 (lives as long)
    console.print(Text(f"$ logitcheck audit {SAMPLE}", "bold"))
    console.print(Text.from_ansi(render(report, View(width=WIDTH, color=True))))
    # The picture uses the reader's own fonts and fetches none.
    form = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    drawing = console.export_svg(title="logitcheck", code_format=form, unique_id="report")
    (ROOT / "docs" / "report.svg").write_text(drawing)


if __name__ == "__main__":
    main()
