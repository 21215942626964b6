"""Fuzz one format with atheris: ``python -m tests.fuzz.run TARGET [libFuzzer options]``.

What breaks is written as ``crash-*``; put it into ``tests/fuzz/regressions/TARGET/`` with the mend.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import atheris

PACKAGES = ("logitcheck.readers", "logitcheck.layers")

with atheris.instrument_imports(include=list(PACKAGES)):
    # Readers import each other where they are needed; here all have to be seen at once.
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)
    from tests.fuzz.targets import TARGETS, one_input

LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1")
"""Seconds for one input on a busy machine, megabytes for the process, bytes of an input."""


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
