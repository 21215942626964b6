"""The options of ``logitcheck audit``, each with its form and its help; defaults stand at the command."""

from __future__ import annotations

from typing import Annotated

import typer

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, SavedModel folders, folders to search.")
]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="FORM", help="terminal or json.", autocompletion=lambda: ["terminal", "json"]
    ),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to this file.")
]
Probe = Annotated[bool, typer.Option("--probe/--no-probe", help="Run the model in a child process.")]
RequireProbe = Annotated[
    bool, typer.Option("--require-probe", help="Exit with 3 where the probe did not run.")
]
ProbeTimeout = Annotated[float, typer.Option(metavar="SECONDS", help="Time for running one model.")]
Deep = Annotated[
    bool | None,
    typer.Option("--deep/--no-deep", help="Measure gradients and inner layers; small models get it anyway."),
]
ProbeData = Annotated[
    str | None,
    typer.Option(
        metavar="PATH", help="Your own data: .npz, .npy, .csv, a TFRecord file, a folder of images."
    ),
]
Labels = Annotated[
    str | None,
    typer.Option(metavar="FILE[:COLUMN]", help="Labels of your data: .npy, .npz, .csv or text."),
]
ImageScale = Annotated[str | None, typer.Option(metavar="LO:HI", help="Range of images: 0:1, -1:1 or 0:255.")]
Python = Annotated[
    str | None, typer.Option(metavar="PATH", help="Run models in this Python, with its own Keras.")
]
CustomObjects = Annotated[
    str | None, typer.Option(metavar="MODULE:FUNCTION", help="Gives your own layers, by name.")
]
Device = Annotated[str, typer.Option(metavar="NAME", help="cpu, gpu or the number of a GPU.")]
Loss = Annotated[
    list[str] | None, typer.Option(metavar="[OUTPUT=]NAME", help="The loss the file does not tell.")
]
FromLogits = Annotated[
    bool | None, typer.Option("--from-logits/--no-from-logits", help="Whether the loss takes logits.")
]
InputRange = Annotated[list[str] | None, typer.Option(metavar="[NAME=]LO:HI", help="What an input may hold.")]
FailOn = Annotated[
    str,
    typer.Option(
        metavar="LEVEL",
        help="Exit with 1 from here on: error, warning, info or never.",
        autocompletion=lambda: ["error", "warning", "info", "never"],
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="RULES", help="Only these: codes, families, names; with commas or repeated."),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="RULES", help="Not these.")]
WitnessBudget = Annotated[
    float,
    typer.Option(metavar="SECONDS", help="To search inputs that prove NaN alarms; 0 for none."),
]
SaveWitness = Annotated[str | None, typer.Option(metavar="DIR", help="Save the inputs found there, as .npz.")]
Trust = Annotated[bool, typer.Option("--trust", help="Run files that hold code of their own.")]
Isolate = Annotated[bool, typer.Option("--isolate", help="Audit each file, statically, in a limited child.")]
ShowStrings = Annotated[
    bool, typer.Option("--show-strings", help="Show URLs, tokens and source text of files.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run (with --output).")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="One line per model that did not pass.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="With evidence and details.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever the findings.")]
