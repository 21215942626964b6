"""Write docs/rules/*.md from the rules themselves; with --check only say whether they are up to date.

usage: python tools/render_rule_docs.py [--check] [FOLDER]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from logitcheck.graph import Graph, Node
from logitcheck.model import Loss, Model, Optimizer
from logitcheck.report.rule_pages import Page, Shown, render_index, render_page
from logitcheck.rules.case import Case
from logitcheck.rules.catalogue import catalogue
from logitcheck.rules.rule import Example, Rule, run

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "rules"
SCAFFOLD = {"Placeholder", "Const", "Weight"}
LONGEST = 12
SETTINGS = ("learning_rate", "clipnorm", "clipvalue", "global_clipnorm")


def main() -> int:
    """Write or check the pages; 1 where --check finds one that differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a page is out of date"
    )
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    args = parser.parse_args()
    wanted = dict(rendered())
    if args.check:
        stale = sorted(name for name, text in wanted.items() if old_text(args.folder / name) != text)
        gone = sorted(path.name for path in args.folder.glob("*.md") if path.name not in wanted)
        print(
            "\n".join([*(f"out of date: {n}" for n in stale), *(f"no such rule: {n}" for n in gone)]), end=""
        )
        print("\nrun: python tools/render_rule_docs.py" if stale or gone else "docs/rules is up to date")
        return int(bool(stale or gone))
    args.folder.mkdir(parents=True, exist_ok=True)
    for path in args.folder.glob("LC*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (args.folder / name).write_text(text, encoding="utf-8")
    print(f"{len(wanted)} pages in {args.folder}")
    return 0


def old_text(path: Path) -> str | None:
    """Return what a page holds now, None where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else None


def rendered() -> Iterator[tuple[str, str]]:
    """Yield every file's name and text."""
    pages = [page_of(rule) for rule in catalogue()]
    for page in pages:
        yield f"{page.info.code}.md", render_page(page)
    yield "README.md", render_index(pages)


def page_of(rule: type[Rule]) -> Page:
    """Build a rule's examples and run the rule on them."""
    return Page(
        info=rule.info(),
        since=rule.since,
        default=rule.default,
        bad=tuple(shown(rule, example) for example in rule.bad),
        good=tuple(shown(rule, example) for example in rule.good),
    )


def shown(rule: type[Rule], example: Example) -> Shown:
    """Return an example as text, with what the rule says of it first."""
    case = example.build()
    message = next((f"{found.severity}: {found.message}" for found in run([rule()], case)), None)
    return Shown(example.title, tuple(chain(case)), message)


def chain(case: Case) -> Iterator[str]:
    """Yield what an example is made of, a line each."""
    model = case.model
    if model.layers:
        yield from (layer_line(layer.class_name, layer.config) for layer in model.layers)
    else:
        yield from ops(model.graph)
    for trained in model.training:
        yield f"{trained.name}:"
        yield from (f"  {line}" for line in ops(trained.graph))
    yield from loss_lines(model)
    if model.optimizer is not None:
        yield f"optimizer = {optimizer_words(model.optimizer)}"
    if case.measured is not None:
        for seen in case.measured.outputs:
            yield f"measured at {seen.name}: {seen.min} to {seen.max}, sums {seen.sum_min} to {seen.sum_max}"
    for sighting in model.sightings:
        yield f"{sighting.kind} at {sighting.where}: {sighting.what}"[:100]


def optimizer_words(optimizer: Optimizer) -> str:
    """Return an optimizer as the line of Python that makes it."""
    settings = {key: getattr(optimizer, key) for key in SETTINGS} | dict(optimizer.config)
    made = f"{optimizer.name}({', '.join(f'{key}={value:g}' for key, value in settings.items() if value)})"
    if optimizer.learning_rate == 0:
        made = f"{optimizer.name}(learning_rate=0)"
    return f"LossScaleOptimizer({made})" if optimizer.loss_scaling else made


def layer_line(class_name: str, config: object) -> str:
    """Return a layer as the line of Python that makes it."""
    items = config.items() if hasattr(config, "items") else ()
    told = ", ".join(
        f"{k}={v!r}" for k, v in items if k != "use_bias" and isinstance(v, int | float | str | tuple)
    )
    return f"{class_name}({told})"


def ops(graph: Graph) -> list[str]:
    """Return the graph's ops, constants and weights left out."""
    lines = [op_line(graph, node) for node in graph.nodes if node.op not in SCAFFOLD]
    return lines if len(lines) <= LONGEST else ["…", *lines[-LONGEST:]]


def op_line(graph: Graph, node: Node) -> str:
    """Return an op with what it takes."""
    taken = []
    for ref in node.inputs:
        source = graph.by_name.get(ref.node)
        value = source.attrs.get("value") if source is not None and source.op == "Const" else None
        taken.append(str(value) if value is not None and getattr(value, "size", 99) <= 4 else ref.node)
    return f"{node.name} = {node.op}({', '.join(taken)})"


def loss_lines(model: Model) -> Iterator[str]:
    """Yield the loss and the metrics of every output that has some."""
    for output in model.outputs:
        several = f"[{output.name!r}]" if len(model.outputs) > 1 else ""
        if output.loss is not None:
            yield f"loss{several} = {loss_line(output.loss)}"
        for metric in output.metrics:
            yield f"metric{several} = {metric.name}"


def loss_line(loss: Loss) -> str:
    """Return a loss with the arguments that matter."""
    told = {} if loss.from_logits is None else {"from_logits": loss.from_logits}
    smoothing = {"label_smoothing": loss.label_smoothing} if loss.label_smoothing else {}
    axis = {"axis": loss.axis} if loss.axis not in (None, -1) else {}
    rest = {key: value for key, value in loss.config.items() if key != "name"}
    arguments = ", ".join(f"{k}={v!r}" for k, v in (told | smoothing | axis | rest).items())
    return f"{loss.name}({arguments})"


if __name__ == "__main__":
    sys.exit(main())
