"""LC506: a file that current Keras does not load."""

from __future__ import annotations

from collections.abc import Iterator

from logitcheck.analysis.facts import Facts, GraphFacts
from logitcheck.finding import Finding, Location, Severity
from logitcheck.graph import Graph
from logitcheck.model import Model, Writer
from logitcheck.rules.case import Case
from logitcheck.rules.rule import Example, Rule

OLD_ZIP = ((2, 11), (2, 15))
"""Versions of tf.keras (first, first after) whose `.keras` files neither Keras 3 nor tf_keras 2.21 reads."""


class LegacyOnly(Rule):
    """The file was written by a Keras so old, or in a layout so short-lived, that no current Keras loads it.

    Measured with Keras 3.15 and tf_keras 2.21: 0 of 34 `.h5` files of Keras 1.2 and 0 of 123 `.keras`
    files of TensorFlow 2.11 to 2.14 load.

    Fix: load it once with the version that wrote it and save it as `.h5`, or export a SavedModel.
    """

    code = "LC506"
    name = "legacy-only"
    severity = Severity.INFO
    bad = (
        Example("Keras 1", lambda: _written("keras-hdf5", "1.2.2")),
        Example("the first zip layout", lambda: _written("keras-zip", "2.12.0")),
    )
    good = (
        Example("Keras 2 in HDF5", lambda: _written("keras-hdf5", "2.3.1")),
        Example("Keras 3", lambda: _written("keras-zip", "3.15.1")),
        Example("version not stored", lambda: _written("keras-hdf5", None)),
    )

    def check(self, case: Case) -> Iterator[Finding]:
        """Report by the writer's version and the container."""
        writer, container = case.model.writer, case.model.format
        version = _major_minor(writer.version)
        if version is None:
            return
        old_zip = container == "keras-zip" and OLD_ZIP[0] <= version < OLD_ZIP[1]
        if old_zip or (container == "keras-hdf5" and version < (2, 0)):
            yield self.finding(
                f"Keras {writer.version} wrote this file; no current Keras loads it.",
                why="Keras 3.15 and tf_keras 2.21 loaded none of the files of this kind they were given.",
                fix=f"With Keras {writer.version}: model.save('model.h5') (2.x), or export a SavedModel",
                at=Location(),
                evidence={"version": writer.version},
            )


def _major_minor(version: str | None) -> tuple[int, int] | None:
    parts = (version or "").split(".")
    if len(parts) < 2 or not (parts[0].isdigit() and parts[1].isdigit()):
        return None
    return int(parts[0]), int(parts[1])


def _written(container: str, version: str | None) -> Case:
    graph = Graph()
    return Case(Model("model", container, Writer("keras", version), graph), Facts(GraphFacts(graph)))
