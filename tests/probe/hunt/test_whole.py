"""From a file to a saved witness and back: the real worker, the real search, the real replay."""

from __future__ import annotations

import numpy as np
import pytest

from logitcheck.audit import audit
from logitcheck.gate import limits
from logitcheck.options import AuditOptions
from logitcheck.probe.host import Prober
from logitcheck.replay import replay
from logitcheck.rules.catalogue import concerning

pytestmark = [pytest.mark.tensorflow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory, tensorflow):
    """A frozen graph with a logarithm of scores."""
    v1 = tensorflow.compat.v1
    with tensorflow.Graph().as_default() as graph:
        x = v1.placeholder("float32", (None, 3), name="x")
        kernel = tensorflow.constant(np.ones((3, 2), "float32"))
        tensorflow.math.log(tensorflow.matmul(x, kernel), name="log")
    path = tmp_path_factory.mktemp("frozen") / "graph.pb"
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return str(path)


def test_an_alarm_is_found_saved_and_replayed(frozen, tmp_path):
    options = AuditOptions(ranges={"x": (0.0, 1.0)}, save_witness=str(tmp_path))
    with Prober(limits(options)) as prober:
        report = audit(frozen, options, concerning, prober)
    assert not report.errors
    by_rule = {finding.rule: finding for finding in report.findings}
    assert str(by_rule["LC303"].severity) == "error"
    assert str(by_rule["LC303"].confidence) == "measured"
    assert by_rule["LC307"].location.node == "log"
    assert by_rule["LC307"].evidence["low"] == 0
    (witness,) = tmp_path.iterdir()
    with np.load(witness, allow_pickle=False) as arrays:
        assert 0 <= arrays["in/x"].min() <= arrays["in/x"].max() <= 1
    text, code = replay(frozen, str(witness), options)
    assert code == 1
    assert "first at Log 'log', given [0, 0]" in text
