"""The command line: takes the words apart and puts the parts of the program together. No logic of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from logitcheck import __version__
from logitcheck import cli_options as options

app = typer.Typer(
    name="logitcheck",
    help="Audits saved TensorFlow and Keras models: loss contract, output range, NaN risk, safety.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"logitcheck {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Audits saved TensorFlow and Keras models: loss contract, output range, NaN risk, safety."""


@app.command("audit", short_help="Find what is wrong, what it costs, and what to change.")
def audit_command(
    paths: options.Paths,
    format: options.Format = "terminal",
    output: options.Output = None,
    probe: options.Probe = True,
    require_probe: options.RequireProbe = False,
    probe_timeout: options.ProbeTimeout = 120.0,
    deep: options.Deep = None,
    probe_data: options.ProbeData = None,
    labels: options.Labels = None,
    image_scale: options.ImageScale = None,
    python: options.Python = None,
    custom_objects: options.CustomObjects = None,
    device: options.Device = "cpu",
    loss: options.Loss = None,
    from_logits: options.FromLogits = None,
    input_range: options.InputRange = None,
    fail_on: options.FailOn = "error",
    select: options.Select = None,
    ignore: options.Ignore = None,
    witness_budget: options.WitnessBudget = 10.0,
    save_witness: options.SaveWitness = None,
    trust: options.Trust = False,
    isolate: options.Isolate = False,
    show_strings: options.ShowStrings = False,
    resume: options.Resume = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    exit_zero: options.ExitZero = False,
) -> int:
    """Audit models: find what is wrong, what it costs, and what to change."""
    from logitcheck import wiring
    from logitcheck.options import AuditOptions
    from logitcheck.overrides import parse_losses, parse_ranges

    wishes = AuditOptions(
        losses=parse_losses(loss or ()),
        from_logits=from_logits,
        ranges=parse_ranges(input_range or ()),
        select=wiring.words(select or ()),
        ignore=wiring.words(ignore or ()),
        probe=probe or require_probe,
        require_probe=require_probe,
        probe_timeout=probe_timeout,
        probe_data=probe_data,
        deep=deep,
        python=python,
        custom_objects=custom_objects,
        device=None if device == "cpu" else device,
        labels=labels,
        image_scale=image_scale,
        witness_budget=witness_budget,
        save_witness=save_witness,
        trust=trust,
        isolate=isolate,
        show_strings=show_strings,
    )
    show = wiring.Show(format, output, fail_on, exit_zero, resume, quiet, verbose)
    return wiring.audit_paths(paths, wishes, show)


@app.command("replay", short_help="Run a saved input again: where NaN or Inf begins.")
def replay_command(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    witness: Annotated[str, typer.Argument(metavar="WITNESS", help="The .npz that --save-witness wrote.")],
    timeout: Annotated[
        float, typer.Option("--probe-timeout", metavar="SECONDS", help="Time for running it.")
    ] = 120.0,
    python: options.Python = None,
    trust: Annotated[bool, typer.Option("--trust", help="Run a file that holds code of its own.")] = False,
) -> int:
    """Run a saved input again and tell where NaN or Inf begins: exit code 1 where it does, 0 where not."""
    from logitcheck import wiring
    from logitcheck.options import AuditOptions

    wishes = AuditOptions(probe_timeout=timeout, python=python, trust=trust)
    text, code = wiring.replay(model, witness, wishes)
    typer.echo(text)
    return code


def _known_rules(begun: str) -> list[str]:
    """Return the codes and names of rules that begin like this, for the shell's completion."""
    from logitcheck.rules.catalogue import catalogue

    words = [word for rule in catalogue() for word in (rule.code, rule.name)]
    return [word for word in words if word.lower().startswith(begun.lower())]


@app.command("explain")
@app.command("rule", hidden=True)
def explain_command(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE", help="A code (LC101) or a name (double-softmax).", autocompletion=_known_rules
        ),
    ],
) -> None:
    """Explain a rule: what it finds, why it hurts, and the fix."""
    from logitcheck import wiring

    typer.echo(wiring.explain(code))


@app.command("rules")
def rules_command() -> None:
    """List all rules."""
    from logitcheck import wiring

    typer.echo(wiring.list_rules())


@app.command("version")
def version_command() -> None:
    """Show the version."""
    typer.echo(f"logitcheck {__version__}")


def main() -> int:
    """Run the command line and return the exit code; whatever is not caught elsewhere becomes 2, never 1."""
    from logitcheck.guard import guarded

    return guarded(lambda: app(standalone_mode=False))
