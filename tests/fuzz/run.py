"""Fuzz one format with atheris: ``python -m tests.fuzz.run TARGET [libFuzzer options]``.

What breaks is written as ``crash-*``; put it into ``tests/fuzz/regressions/TARGET/`` with the mend.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["logitcheck.readers", "logitcheck.layers"]):
    from tests.fuzz.targets import TARGETS, one_input

LIMITS = ("-timeout=2", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1")
"""Seconds for one input, megabytes for the process, bytes of an input."""


def main() -> None:
    """Run the fuzzer on the target that the first argument names; it ends the process."""
    name, *options = sys.argv[1:]
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as corpus:
        for index, seed in enumerate(target.seeds()):
            Path(corpus, f"seed-{index}").write_bytes(seed)

        def test(data: bytes) -> None:
            one_input(target, data)

        atheris.Setup([sys.argv[0], *LIMITS, *options, corpus], test)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
