"""One call over many paths: audits each, keeps the report valid at any time, and says how it ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from logitcheck import interruption
from logitcheck.destination import Destination, to_stdout
from logitcheck.errors import ExitCode, UsageError
from logitcheck.finding import ModelReport, Report
from logitcheck.options import AuditOptions
from logitcheck.outcome import INTERRUPTED, exit_code
from logitcheck.overrides import unknown_inputs, unknown_outputs
from logitcheck.progress import Progress, complain
from logitcheck.record import dataclass

if TYPE_CHECKING:
    from logitcheck.journal import Journal

PARTIAL_EVERY = 2.0
"""Seconds, at least, between two partial reports of a long run."""


@dataclass(frozen=True)
class Settings:
    """Everything that changes how a run is shown and ended, and nothing that changes what is found."""

    render: Callable[[Report], str]
    """Turns a report into text."""

    output: str | None = None
    """File for the report; None is standard output."""

    fail_on: str = "error"
    exit_zero: bool = False
    resume: bool = False
    quiet: bool = False


class Session:
    """A run over some models."""

    def __init__(
        self, audit: Callable[[str], ModelReport], options: AuditOptions, settings: Settings
    ) -> None:
        """Take what audits one path, and the user's wishes; UsageError where the output cannot be written."""
        self._audit = audit
        self._options = options
        self._settings = settings
        self._destination = Destination(settings.output) if settings.output else None
        self._done: list[ModelReport] = []
        self._written = time.monotonic()

    def run(self, paths: Sequence[str]) -> int:
        """Audit every path and write the report; return the exit code."""
        interrupted = False
        journal = self._journal(len(paths))
        try:
            self._all(paths, journal)
        except KeyboardInterrupt:
            interrupted = True
        report = self._report(interrupted)
        self._hand_over(self._settings.render(report))
        if journal and not interrupted:
            journal.remove()
        if interrupted:
            hint = "; --resume goes on from here" if journal else ""
            complain(f"interrupted after {len(self._done)} of {len(paths)} models{hint}")
        return report.exit_code

    def _journal(self, count: int) -> Journal | None:
        """Return the journal of a run over many models into a file, else None."""
        place = self._destination
        if place is None or place.special or (count < 2 and not self._settings.resume):
            return None
        from logitcheck.journal import Journal

        return Journal(place.path, self._options)

    def _all(self, paths: Sequence[str], journal: Journal | None) -> None:
        finished = journal.finished() if journal and self._settings.resume else {}
        if journal:
            journal.start(keep=self._settings.resume)
        with Progress(len(paths), quiet=self._settings.quiet) as progress:
            for path in paths:
                progress.begin(path)
                if path in finished:
                    self._done.append(finished[path])
                    continue
                self._done.append(self._audit(path))
                if journal:
                    self._note(journal)
                interruption.check()

    def _note(self, journal: Journal) -> None:
        """Note the last model in the journal and the partial report.

        Where they cannot be written, the run goes on all the same: the report at its end may find room.
        """
        with suppress(UsageError):
            journal.add(self._done[-1])
            self._partial()

    def _partial(self) -> None:
        """Replace the output by a report of what is done, unless that was done a moment ago."""
        began = time.monotonic()
        if began - self._written >= PARTIAL_EVERY:
            self._write(self._settings.render(self._report(interrupted=True)))
            # A report that takes long to write is written less often.
            self._written = time.monotonic() + 10 * (time.monotonic() - began)

    def _report(self, interrupted: bool) -> Report:
        models = tuple(self._done)
        settings, options = self._settings, self._options
        code = exit_code(
            models, settings.fail_on, require_probe=options.require_probe, exit_zero=settings.exit_zero
        )
        if interrupted:
            code = INTERRUPTED
        elif self._strangers(models):
            code = ExitCode.FAILURE
        return Report(models, int(code), interrupted)

    def _strangers(self, models: Sequence[ModelReport]) -> bool:
        """Complain about outputs and inputs that only options name; tell whether there are any."""
        if not any(model.audited for model in models):
            return False
        outputs = {output.name for model in models for output in model.outputs}
        inputs = {name for model in models for name in model.inputs}
        wrong = (
            ("--loss", "output", unknown_outputs(self._options.losses, outputs), outputs),
            ("--input-range", "input", unknown_inputs(self._options.ranges, inputs), inputs),
        )
        for option, what, strangers, seen in wrong:
            if strangers:
                have = ", ".join(sorted(seen)) or "none"
                names = ", ".join(strangers)
                complain(f"{option} names {names}, which no model has as an {what} ({what}s: {have})")
        return any(strangers for _, _, strangers, _ in wrong) or self._idle_switch(models)

    def _idle_switch(self, models: Sequence[ModelReport]) -> bool:
        """Complain about a ``from_logits`` that no loss takes; tell whether it is so."""
        switch = self._options.from_logits
        sources = {output.loss_source for model in models for output in model.outputs}
        if switch is None or self._options.losses or "command line" in sources:
            return False
        option = "--from-logits" if switch else "--no-from-logits"
        complain(f"{option} changes nothing: no model stores a loss that takes it; name one with --loss")
        return True

    def _hand_over(self, text: str) -> None:
        """Write the finished report; where its file cannot take it, standard output does."""
        try:
            self._write(text)
        except UsageError:
            if self._destination:
                to_stdout(text)
            raise

    def _write(self, text: str) -> None:
        if self._destination:
            self._destination.write(text)
        else:
            to_stdout(text)


def wants_color() -> bool:
    """Tell whether standard output takes colours: a terminal, and NO_COLOR (no-color.org) is unset."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
