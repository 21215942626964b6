"""Puts the parts together: rules, reader, probe, writer and session, each imported only when it is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from logitcheck.errors import UsageError
from logitcheck.finding import ModelReport, Report
from logitcheck.options import FAIL_ON, AuditOptions

if TYPE_CHECKING:
    from logitcheck.probe.host import Prober

FORMATS = ("terminal", "json")


class Show(NamedTuple):
    """What the command line says of showing and ending."""

    format: str = "terminal"
    output: str | None = None
    fail_on: str = "error"
    exit_zero: bool = False
    resume: bool = False
    quiet: bool = False
    verbose: bool = False


def words(given: Iterable[str]) -> tuple[str, ...]:
    """Return the words of options that take several, each given alone or with commas between."""
    return tuple(word.strip() for text in given for word in text.split(","))


def audit_paths(paths: Sequence[str], options: AuditOptions, show: Show) -> int:
    """Audit everything under the paths and return the exit code; UsageError for wishes that cannot be met."""
    from logitcheck.audit import audit
    from logitcheck.paths import expand
    from logitcheck.rules.catalogue import concerning
    from logitcheck.session import Session, Settings

    _check(show)
    _check_probe(options)
    _check_search(options)
    _check_selection(options)
    settings = Settings(_writer(show), show.output, show.fail_on, show.exit_zero, show.resume, show.quiet)
    prober = _prober(options)
    try:

        def one(path: str) -> ModelReport:
            return audit(path, options, concerning, prober)

        session = Session(_isolated(one) if options.isolate else one, options, settings)
        return session.run([str(path) for path in expand(paths)])
    finally:
        if prober:
            prober.close()


def _check(show: Show) -> None:
    for option, value, choices in (("--format", show.format, FORMATS), ("--fail-on", show.fail_on, FAIL_ON)):
        if value not in choices:
            raise UsageError(f"{option} {value!r}: choose one of {', '.join(choices)}")
    if show.resume and not show.output:
        raise UsageError(
            "--resume goes with --output FILE: the journal of the interrupted run lies beside it"
        )


def _check_selection(options: AuditOptions) -> None:
    if not options.select and not options.ignore:
        return
    from logitcheck.rules.catalogue import catalogue
    from logitcheck.selection import check_words

    check_words(options.select, catalogue(), "--select")
    check_words(options.ignore, catalogue(), "--ignore")


def _check_search(options: AuditOptions) -> None:
    import os

    if not options.witness_budget >= 0:
        raise UsageError(f"--witness-budget {options.witness_budget:g}: give a number of seconds, or 0")
    if options.save_witness is not None and os.path.isfile(options.save_witness):  # noqa: PTH113 (no pathlib yet)
        raise UsageError(f"--save-witness {options.save_witness}: it is a file; give a folder")


def _check_probe(options: AuditOptions) -> None:
    if options.probe_timeout <= 0:
        raise UsageError(f"--probe-timeout {options.probe_timeout:g}: give a number of seconds above 0")
    if not options.probe or options.isolate:
        _check_static(options)
    if (options.probe_data, options.labels, options.image_scale) != (None, None, None):
        _check_data(options)
    if (options.python, options.device, options.custom_objects) != (None, None, None):
        _check_runtime(options)


def _check_static(options: AuditOptions) -> None:
    """Refuse what only a run of the model can answer, where none is to be run."""
    static = "--isolate" if options.isolate else "--no-probe"
    for option, wish in (("--probe-data", options.probe_data), ("--save-witness", options.save_witness)):
        if wish is not None:
            raise UsageError(f"{option} needs the model to be run, and {static} runs none")


def _check_runtime(options: AuditOptions) -> None:
    import shutil

    if options.python is not None and shutil.which(options.python) is None:
        raise UsageError(f"--python {options.python}: there is no such program")
    if options.device not in (None, "gpu") and not str(options.device).isdecimal():
        raise UsageError(f"--device {options.device!r}: choose cpu, gpu or the number of a GPU")
    if options.custom_objects is None:
        return
    module, _, function = options.custom_objects.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), function)):
        raise UsageError(
            f"--custom-objects {options.custom_objects!r}: expected MODULE:FUNCTION, as in layers:objects"
        )


def _check_data(options: AuditOptions) -> None:
    from logitcheck.probe.data.kinds import SCALES, data_kind, label_kind, split_labels

    if options.image_scale not in (None, *SCALES):
        raise UsageError(f"--image-scale {options.image_scale!r}: choose one of {', '.join(SCALES)}")
    for option, wish in (("--labels", options.labels), ("--image-scale", options.image_scale)):
        if wish is not None and options.probe_data is None:
            raise UsageError(f"{option} goes with --probe-data: {option[2:].replace('-', ' ')} of what?")
    try:
        kind = data_kind(options.probe_data) if options.probe_data is not None else ""
        if options.labels is not None:
            label_kind(split_labels(options.labels)[0])
    except ValueError as problem:
        raise UsageError(f"--probe-data: {problem}") from problem
    if options.image_scale is not None and kind not in ("images", "tfrecord"):
        raise UsageError(f"--image-scale goes with images, and {options.probe_data} holds none")


def _writer(show: Show) -> Callable[[Report], str]:
    if show.format == "json":
        from logitcheck.report.json_v1 import render

        return render
    from logitcheck.report import terminal
    from logitcheck.session import wants_color

    view = terminal.View(
        width=_plain_width() if show.output else _width(),
        color=wants_color() and not show.output,
        verbose=show.verbose,
        quiet=show.quiet,
    )
    return lambda report: terminal.render(report, view)


def _width() -> int:
    """Return how wide standard output is, and no wider than is easy to read; 80 where it is no terminal."""
    import shutil
    import sys

    if not sys.stdout.isatty():
        return _plain_width()
    return max(20, min(shutil.get_terminal_size().columns, 100))


def _plain_width() -> int:
    import os

    columns = os.environ.get("COLUMNS", "")
    return max(int(columns), 20) if columns.isdigit() else 80


def replay(model: str, witness: str, options: AuditOptions) -> tuple[str, int]:
    """Return what to print of a replay and its exit code; UsageError for wishes that cannot be met."""
    from logitcheck.replay import replay as again

    _check_probe(options)
    return again(model, witness, options)


def explain(word: str) -> str:
    """Return the text of one rule; UsageError where there is none of this code or name."""
    from logitcheck.report.rule_text import RuleText, explained
    from logitcheck.rules.catalogue import catalogue
    from logitcheck.selection import find_rule

    rule = find_rule(word, catalogue())
    titles = [[example.title for example in examples] for examples in (rule.bad, rule.good)]
    text = RuleText(rule.info(), rule.since, rule.default, *titles)
    return explained(text, _width()).rstrip()


def list_rules() -> str:
    """Return one line per rule."""
    from logitcheck.rules.catalogue import catalogue

    rows = [(rule.code, rule.name, str(rule.severity), rule.default) for rule in catalogue()]
    wide = max((len(name) for _, name, _, _ in rows), default=0)
    return "\n".join(
        f"{code}  {name:<{wide}}  {severity}{'' if default else '  (off unless selected)'}"
        for code, name, severity, default in rows
    )


def _isolated(one: Callable[[str], ModelReport]) -> Callable[[str], ModelReport]:
    from logitcheck.isolated_audit import isolated

    return lambda path: isolated(one, path)


def _prober(options: AuditOptions) -> Prober | None:
    if options.isolate or not options.probe:
        return None
    from logitcheck.gate import limits
    from logitcheck.probe.host import Prober
    from logitcheck.progress import row_counter

    shown = None if options.probe_data is None else row_counter()
    return Prober(limits(options), shown)
