"""Where a report goes: a file that is replaced as a whole, or standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from logitcheck.errors import UsageError
from logitcheck.paths import looks_like_model


class Destination:
    """An output file. It is checked before work begins, and replaced in one step, so that a reader of it
    sees the old report or the new one and never half of one.
    """

    def __init__(self, path: str) -> None:
        """Check that a report can be written here; UsageError where it cannot, or would replace a model."""
        self.shown = path
        self.special = os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)  # noqa: PTH110, PTH112, PTH113 (no questions that raise)
        """Whether the path is a device or a pipe, which is written to and never replaced."""

        # The real path of a pipe (/dev/stdout, a shell's >(command)) is a name that cannot be opened.
        self.path = Path(path) if self.special else Path(os.path.realpath(path))
        if not self.special and (problem := _obstacle(self.path, Path(path).parent)):
            raise UsageError(f"cannot write {path}: {problem}")

    def write(self, text: str) -> None:
        """Replace the file by a text in UTF-8; UsageError where the disk or the rights do not allow it."""
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Replace the file by these bytes; UsageError where the disk or the rights do not allow it."""
        try:
            if self.special:
                self.path.write_bytes(data)
            else:
                self._replace(data)
        except OSError as problem:
            raise UsageError(f"cannot write {self.shown}: {problem.strerror or problem}") from problem

    def _replace(self, data: bytes) -> None:
        import tempfile

        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(self._mode())
            os.replace(name, self.path)  # noqa: PTH105 (the name is a plain string)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _mode(self) -> int:
        """Return the rights of the file to replace, or those that a new file gets here."""
        if self.path.exists():
            return self.path.stat().st_mode & 0o777
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _obstacle(path: Path, folder: Path) -> str | None:
    """Return why a file cannot or must not be written; ``folder`` is what its folder is called."""
    if path.is_dir():
        return "it is a folder; give the name of a file in it"
    if not path.parent.is_dir():
        return f"there is no folder {folder}; make it first"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"the folder {folder} is read-only"
    if looks_like_model(str(path)):
        return "it is a model, which the report would replace; give another name"
    return None


def to_stdout(text: str) -> None:
    """Write a report to standard output; UsageError where it cannot take it. A closed pipe is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`); the interpreter must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(f"cannot write to standard output: {problem.strerror or problem}") from problem
