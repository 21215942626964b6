"""Walks a graph once, in order, and derives every tensor from its op's law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from logitcheck.analysis.context import Context, WeightFacts
from logitcheck.analysis.laws import LAWS
from logitcheck.analysis.laws.base import join
from logitcheck.analysis.tensor import Tensor, unknown
from logitcheck.graph import Graph, Node, Ref

Outputs = tuple[Tensor, ...]
Refine = Callable[[Node, Sequence[Tensor], Outputs], Outputs]

MERGES = frozenset(("Merge", "RefMerge"))
"""Ops that hand on whichever input is alive, and so can stand before one of them in a loop."""

PASSES = 8
"""Rounds of a loop after which what is not stable is given up."""

DEPTH = 20
"""Nested loops and branches beyond which nothing is derived."""

VISITS = 300_000
"""Nodes of loop bodies and branches interpreted, over all rounds: loops in loops multiply."""


def _no_weight(_: str) -> WeightFacts | None:
    return None


class Interpreter:
    """Derives the tensors of one graph, and of the loop bodies and branches inside it.

    ``given`` holds the tensors of placeholders by name, ``weight`` tells what stored tensors hold, ``refine``
    may sharpen what a law says of a node. Subclasses may override :meth:`refined` instead. Without ``exact``
    no bound rests on the numbers of a stored kernel, see :class:`Context`.
    """

    def __init__(
        self,
        given: Mapping[str, Tensor] = {},
        weight: Callable[[str], WeightFacts | None] = _no_weight,
        refine: Refine | None = None,
        exact: bool = True,
    ):
        self.given = given
        self.weight = weight
        self.refine = refine
        self.exact = exact
        self.results: dict[Ref, Tensor] = {}
        self.inner: dict[Ref, Tensor] = {}
        """Tensors of loop bodies and branches, over all their rounds."""

        self._depth = 0
        self._visited = 0
        self.context: Context | None = None

    def run(self, graph: Graph) -> dict[Ref, Tensor]:
        """Return the tensors of the graph and of all graphs inside it."""
        self.results = self._walk(graph, self.given)
        return {**self.inner, **self.results}

    def refined(
        self,
        node: Node,
        inputs: Sequence[Tensor],
        outputs: Outputs,
        context: Context,  # noqa: ARG002 (subclasses ask it)
    ) -> Outputs:
        """Return sharper outputs of a node, by default through the ``refine`` hook."""
        return outputs if self.refine is None else self.refine(node, inputs, outputs)

    def _walk(self, graph: Graph, given: Mapping[str, Tensor]) -> dict[Ref, Tensor]:
        outer = self.context
        context = self.context = Context(graph, given, self.weight, self._nested, self.exact)
        late = self._pass(graph.nodes, context)
        for round_ in range(PASSES):
            if not late or not self._settle(late, context, give_up=round_ == PASSES - 1):
                break
            self._pass(graph.nodes, context, keep={node.name for node in late})
        self.context = outer
        return context.results

    def _pass(self, nodes: Sequence[Node], context: Context, keep: Set[str] = frozenset()) -> list[Node]:
        """Interpret every node not kept, and return those that read a tensor not derived yet."""
        results, late = context.results, []
        context.dead.clear()
        for node in nodes:
            if node.name in keep:
                continue
            refs: Sequence[Ref] = node.inputs
            if context.dead:
                refs = context.alive(node)
                if len(refs) < len(node.inputs) and (node.op not in MERGES or not refs):
                    context.dead.add(node.name)
                    continue
            try:
                inputs = [results[ref] for ref in refs]
            except KeyError:
                if node.op in MERGES:
                    late.append(node)
                    inputs = [results[ref] for ref in refs if ref in results]
                else:
                    inputs = [results.get(ref) or unknown() for ref in refs]
            for index, tensor in enumerate(self._outputs(node, inputs, context)):
                results[Ref(node.name, index)] = tensor
        return late

    def _outputs(self, node: Node, inputs: list[Tensor], context: Context) -> Outputs:
        law = LAWS.get(node.op)
        if law is None:
            outputs: Outputs = (_stranger(node),)
        else:
            try:
                made = law(node, inputs, context)
                outputs = (made,) if isinstance(made, Tensor) else tuple(made)
            except Exception:
                outputs = (_stranger(node),)
        return self.refined(node, inputs, outputs, context)

    def _settle(self, merges: Sequence[Node], context: Context, give_up: bool) -> bool:
        """Widen every loop head by what came around; tell whether any changed."""
        from logitcheck.analysis.loops import stable, widen

        changed = False
        for node in merges:
            here = Ref(node.name)
            old, around = context.results[here], [context.tensor(ref) for ref in context.alive(node)]
            new = old
            for tensor in around:
                new = widen(new, join(new, tensor))
            if not stable(old, new):
                changed = True
                context.results[here] = unknown(node.op) if give_up else new
        return changed

    def _nested(self, graph: Graph, arguments: Sequence[Tensor]) -> Outputs:
        """Interpret a body or a branch on its arguments; what it derives inside is joined over all calls."""
        self._visited += len(graph.nodes)
        if self._depth >= DEPTH or self._visited > VISITS:
            return tuple(unknown() for _ in graph.outputs)
        self._depth += 1
        results = self._walk(graph, dict(zip(graph.inputs, arguments, strict=False)))
        self._depth -= 1
        for ref, tensor in results.items():
            seen = self.inner.get(ref)
            self.inner[ref] = tensor if seen is None else join(seen, tensor)
        return tuple(results.get(ref) or unknown() for ref in graph.outputs)


def _stranger(node: Node) -> Tensor:
    what = node.attrs.get("what") if node.op == "Unknown" else None
    dtype = node.attrs.get("dtype") or node.attrs.get("T")
    return unknown(what or node.op, node.attrs.get("shape"), dtype if isinstance(dtype, str) else None)
