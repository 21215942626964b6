"""The program's start: ``logitcheck`` and ``python -m logitcheck``."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Fit this process to a short life, then run the command line and return its exit code.

    Collecting cycles after every 700 new objects takes a sixth of a static audit and frees next to nothing;
    it is done after a million. NumPy's threads would stand idle.
    """
    gc.set_threshold(1_000_000, 10, 10)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from logitcheck.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
