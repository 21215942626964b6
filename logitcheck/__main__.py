"""The program's start and its end: ``logitcheck`` and ``python -m logitcheck``."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> NoReturn:
    """Fit this process to a short life, run the command line and end with its exit code.

    Collecting cycles after every 700 new objects takes a sixth of a static audit and frees next to nothing;
    it is done after a million. NumPy's threads would stand idle.
    """
    gc.set_threshold(1_000_000, 10, 10)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from logitcheck.cli import main as run

    leave(run())


def leave(code: int) -> NoReturn:
    """End the process at once.

    What was written is out, children are waited for and files are closed by then; taking down a quarter of a
    million objects one by one would be a seventh of a static audit.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or none at all
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
