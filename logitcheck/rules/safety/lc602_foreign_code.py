"""LC602: a configuration that makes the loader import something else than Keras."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis.safety.names import is_foreign, reaches_out
from logitcheck.finding import Finding, Location, Severity
from logitcheck.model import Sighting
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule
from logitcheck.rules.sighted import sighted


class ForeignCode(Rule):
    """The configuration names a module, class or function outside Keras, or one inside it that runs other
    things.

    Keras up to 3.8 imports whatever `module` says and calls it with the stored arguments (CVE-2025-1550);
    up to 3.10 `keras.utils.get_file` and `enable_unsafe_deserialization` got through as well
    (CVE-2025-8747, CVE-2025-9906). 1 such entry is a program, not a model.

    Fix: do not load the file; ask its author for one that holds only Keras classes.
    """

    code = "LC602"
    name = "foreign-code"
    severity = Severity.ERROR
    bad = (
        Example(
            "os.system as a layer's function",
            lambda: sighted(Sighting("function-object", "config/layers/2", "system", {"module": "os"})),
            at="config/layers/2",
        ),
        Example(
            "get_file among the initializers",
            lambda: sighted(
                Sighting("function-object", "config/layers/1", "get_file", {"module": "keras.utils"})
            ),
            at="config/layers/1",
        ),
    )
    good = (
        Example(
            "a Keras function",
            lambda: sighted(
                Sighting("function-object", "config/layers/1", "relu", {"module": "keras.activations"})
            ),
        ),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report every named object that no allow-list covers."""
        for seen in case.model.sightings:
            if self._accused(seen):
                module = seen.detail.get("module")
                name = f"{module}.{seen.what}" if module else seen.what
                yield self.finding(
                    f"The configuration asks the loader for {name!r}.",
                    why="A loader that obeys imports that module and calls it with arguments from the file.",
                    fix="Do not load this file. Keep such calls out of the saved model.",
                    at=Location(node=seen.where),
                    evidence={"module": module, "name": seen.what},
                )

    def _accused(self, seen: Sighting) -> bool:
        if seen.kind == "unsafe-call":
            return True
        module = seen.detail.get("module") or ""
        if seen.kind not in ("foreign-class", "function-object") or not module:
            return False
        return is_foreign(module) or reaches_out(module, seen.what)
