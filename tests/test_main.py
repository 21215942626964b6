"""How the program ends: at once, and with all that it wrote."""

from __future__ import annotations

import subprocess
import sys

WRITE = "import sys; sys.stdout.write('said'); from logitcheck.__main__ import leave; "


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_what_was_written_is_out_and_the_code_stands() -> None:
    done = run(f"{WRITE}leave(3)")
    assert (done.stdout, done.returncode) == ("said", 3)


def test_a_stream_that_is_gone_changes_nothing() -> None:
    assert run(f"{WRITE}sys.stdout.close(); sys.stderr = None; leave(1)").returncode == 1


def test_nothing_is_taken_down() -> None:
    done = run(f"{WRITE}import atexit; atexit.register(print, 'late'); leave(0)")
    assert (done.stdout, done.returncode) == ("said", 0)
