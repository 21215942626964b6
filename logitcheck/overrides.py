"""What the command line says of losses, put into a model in the place of what its file says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from logitcheck.errors import UsageError
from logitcheck.model import Loss, Model, Output
from logitcheck.options import AuditOptions

SOURCE = "command line"

COMMON = (
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "mean_squared_error",
)
"""Losses that are named where a word is like none."""


def parse_losses(words: Iterable[str]) -> dict[str, str]:
    """Read ``NAME`` and ``OUTPUT=NAME`` words; UsageError for a loss that is not built in.

    A name may be written as in a program: ``keras.losses.BinaryCrossentropy()``.
    """
    from logitcheck.analysis.losses import canonical

    losses: dict[str, str] = {}
    for word in words:
        output, _, name = word.rpartition("=")
        known = canonical(name.removesuffix("()").rpartition(".")[2])
        if known is None:
            raise UsageError(f"--loss {word!r}: {_no_loss(output, name)}")
        losses[output] = known
    return losses


def _no_loss(output: str, name: str) -> str:
    """Return what is wrong with a word that names no loss, and what may have been meant."""
    from logitcheck.analysis.losses import canonical

    if "(" in output:
        return "arguments are not read; give the name alone, and --from-logits or --no-from-logits beside it"
    if canonical(output):
        return f"the output comes first: {name}={output}"
    near = _nearest(name)
    meant = f"did you mean {' or '.join(near)}?" if near else f"give a name such as {', '.join(COMMON)}"
    return f"{name!r} is no loss of Keras or TensorFlow; {meant} (for one output: OUTPUT=NAME)"


def _nearest(name: str) -> list[str]:
    """Return the losses whose names hold a word, or else are spelt nearly like it."""
    import difflib

    from logitcheck.analysis.losses import TABLE

    def squeezed(text: str) -> str:
        return text.lower().replace("_", "")

    known = [facts.name for facts in TABLE]
    word = squeezed(name)
    holding = [one for one in known if len(word) > 3 and word in squeezed(one)]
    holding.sort(key=lambda one: one not in COMMON)
    return holding[:4] or difflib.get_close_matches(name.lower(), known, 2, 0.8)


def parse_ranges(words: Iterable[str]) -> dict[str, tuple[float, float]]:
    """Read ``LO:HI`` and ``NAME=LO:HI`` words; UsageError for no numbers, or a wrong order."""
    ranges: dict[str, tuple[float, float]] = {}
    for word in words:
        name, _, span = word.rpartition("=")
        low, _, high = span.partition(":")
        try:
            ends = float(low), float(high)
        except ValueError:
            raise UsageError(f"--input-range {word!r}: expected [NAME=]LO:HI, as in image=0:255") from None
        if not ends[0] <= ends[1]:
            wrong = f"{low} is not below {high}" if ends[0] > ends[1] else "NaN is no end of a range"
            raise UsageError(f"--input-range {word!r}: {wrong}")
        ranges[name] = ends
    return ranges


def apply(model: Model, options: AuditOptions) -> Model:
    """Return the model with the losses that the user gave; the same one where he gave none."""
    if not options.losses and options.from_logits is None:
        return model
    return replace(model, outputs=tuple(_override(output, options) for output in model.outputs))


def _override(output: Output, options: AuditOptions) -> Output:
    name = options.losses.get(output.name, options.losses.get(""))
    if name is None:
        if output.loss is None or options.from_logits is None or not _has_switch(output.loss):
            return output
        return replace(output, loss=replace(output.loss, from_logits=options.from_logits, source=SOURCE))
    return replace(output, loss=given(name, options.from_logits))


def _has_switch(loss: Loss) -> bool:
    """Tell whether a stored loss can be told ``from_logits``, whether the file says how it stands or not."""
    from logitcheck.analysis.losses import takes_from_logits

    return loss.from_logits is not None or takes_from_logits(loss.name)


def given(name: str, from_logits: bool | None) -> Loss:
    """Return a loss named by the user; one with the switch takes probabilities by default, as in Keras."""
    from logitcheck.analysis.losses import takes_from_logits

    switch = bool(from_logits) if takes_from_logits(name) else None
    return Loss(name=name, from_logits=switch, source=SOURCE, stored=f"--loss {name}")


def input_names(model: Model) -> tuple[str, ...]:
    """Return what ``--input-range`` may name: the inputs, then the placeholders of all graphs."""
    graphs = (model.graph, *(entry.graph for entry in model.training))
    placeholders = (name for graph in graphs for name in graph.inputs)
    return tuple(dict.fromkeys((*(item.name for item in model.inputs), *placeholders)))


def unknown_inputs(ranges: Iterable[str], seen: Iterable[str]) -> list[str]:
    """Return the inputs that ``--input-range`` names and no model has, by its whole name or its end."""
    names = set(seen)
    return sorted(
        name
        for name in set(ranges) - {""} - names
        if not any(other.endswith(("_" + name, "/" + name)) for other in names)
    )


def unknown_outputs(losses: Mapping[str, str], seen: Iterable[str]) -> list[str]:
    """Return the outputs that ``--loss`` names and no audited model has."""
    return sorted(set(losses) - {""} - set(seen))
