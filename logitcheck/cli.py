"""The command line: takes the words apart and puts the parts of the program together. No logic of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from logitcheck import __version__

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
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files, SavedModel folders, folders to search.")
    ],
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORM", help="terminal or json.", autocompletion=lambda: ["terminal", "json"]
        ),
    ] = "terminal",
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to this file.")
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe/--no-probe", help="Run the model in a child process.")
    ] = True,
    require_probe: Annotated[
        bool, typer.Option("--require-probe", help="Exit with 3 where the probe did not run.")
    ] = False,
    probe_timeout: Annotated[
        float, typer.Option(metavar="SECONDS", help="Time for running one model.")
    ] = 120.0,
    deep: Annotated[
        bool | None,
        typer.Option(
            "--deep/--no-deep", help="Measure gradients and inner layers; small models get it anyway."
        ),
    ] = None,
    probe_data: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", help="Your own data: .npz, .npy, .csv, a TFRecord file, a folder of images."
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="FILE[:COLUMN]", help="Labels of your data: .npy, .npz, .csv or text."),
    ] = None,
    image_scale: Annotated[
        str | None, typer.Option(metavar="LO:HI", help="Range of images: 0:1, -1:1 or 0:255.")
    ] = None,
    python: Annotated[
        str | None, typer.Option(metavar="PATH", help="Run models in this Python, with its own Keras.")
    ] = None,
    custom_objects: Annotated[
        str | None, typer.Option(metavar="MODULE:FUNCTION", help="Gives your own layers, by name.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="NAME", help="cpu, gpu or the number of a GPU.")] = "cpu",
    loss: Annotated[
        list[str] | None, typer.Option(metavar="[OUTPUT=]NAME", help="The loss the file does not tell.")
    ] = None,
    from_logits: Annotated[
        bool | None, typer.Option("--from-logits/--no-from-logits", help="Whether the loss takes logits.")
    ] = None,
    input_range: Annotated[
        list[str] | None, typer.Option(metavar="[NAME=]LO:HI", help="What an input may hold.")
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="LEVEL",
            help="Exit with 1 from here on: error, warning, info or never.",
            autocompletion=lambda: ["error", "warning", "info", "never"],
        ),
    ] = "error",
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="Only these: codes, families, names; with commas or repeated."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Not these.")] = None,
    witness_budget: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="To search inputs that prove NaN alarms; 0 for none."),
    ] = 10.0,
    save_witness: Annotated[
        str | None, typer.Option(metavar="DIR", help="Save the inputs found there, as .npz.")
    ] = None,
    trust: Annotated[bool, typer.Option("--trust", help="Run files that hold code of their own.")] = False,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Audit each file, statically, in a limited child.")
    ] = False,
    show_strings: Annotated[
        bool, typer.Option("--show-strings", help="Show URLs, tokens and source text of files.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted run (with --output).")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="One line per model that did not pass.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="With evidence and details.")] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit with 0 whatever the findings.")
    ] = False,
) -> int:
    """Audit models: find what is wrong, what it costs, and what to change."""
    from logitcheck import wiring
    from logitcheck.options import AuditOptions
    from logitcheck.overrides import parse_losses, parse_ranges

    options = AuditOptions(
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
    return wiring.audit_paths(paths, options, show)


@app.command("replay", short_help="Run a saved input again: where NaN or Inf begins.")
def replay_command(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model.")],
    witness: Annotated[str, typer.Argument(metavar="WITNESS", help="The .npz that --save-witness wrote.")],
    timeout: Annotated[
        float, typer.Option("--probe-timeout", metavar="SECONDS", help="Time for running it.")
    ] = 120.0,
    trust: Annotated[bool, typer.Option("--trust", help="Run a file that holds code of its own.")] = False,
) -> int:
    """Run a saved input again and tell where NaN or Inf begins: exit code 1 where it does, 0 where not."""
    from logitcheck.options import AuditOptions
    from logitcheck.replay import replay

    text, code = replay(model, witness, AuditOptions(probe_timeout=timeout, trust=trust))
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
