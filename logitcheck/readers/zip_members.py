"""A zip file from anybody: its members are checked and read in memory or in place, never unpacked by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING

from logitcheck.model import Sighting
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged, not_a_model, too_much
from logitcheck.readers.window import Place, Window

if TYPE_CHECKING:
    import zipfile

IN_MEMORY = 64 << 20
"""Bytes of a member that is read into memory as a whole."""

UNPACKED_IN_MEMORY = 256 << 20
"""Bytes of a compressed member that is."""

STORED_AT_MOST = 1 << 40
"""Bytes of a member that is not compressed: it takes as much room in the archive."""

PIECE = 1 << 20
LOCAL_HEADER = 30
"""Bytes before a member's name."""

SENSELESS = (OSError, EOFError, LookupError, RuntimeError, ValueError)
"""What a damaged member raises besides zipfile's own error; NotImplementedError is a RuntimeError."""


class Archive:
    """An open zip file; use it in a ``with`` statement."""

    def __init__(self, path: Path, options: ReadOptions):
        """Open a file. NotAudited where it is damaged or holds too many members."""
        import struct
        import zipfile

        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, struct.error, *SENSELESS) as error:
            raise damaged("the zip file", error) from error
        self._options = options
        members = self._zip.infolist()
        if len(members) > options.max_members:
            raise too_much(
                f"the zip file holds {len(members)} members and at most {options.max_members} are read"
            )
        self.names = frozenset(member.filename for member in members)
        self.sightings = tuple(_sightings(members))

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def read(self, name: str, limit: int) -> bytes:
        """Return a member's bytes. NotAudited where it is absent, damaged, too large or a bomb."""
        import struct
        import zipfile
        import zlib

        if name not in self.names:
            raise not_a_model(f"a zip file without {name}")
        member = self._zip.getinfo(name)
        self._check(member, limit)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, struct.error, *SENSELESS) as error:
            raise damaged(name, error) from error
        if len(data) > limit:
            raise too_much(f"{name} unpacks to more than {limit} bytes")
        return data

    def place(self, name: str) -> Place:
        """Return a member that is to be read as a file of its own: small ones in memory.

        A large one that is not compressed is read where it stands; a compressed one goes to a file without a
        name. Raises NotAudited as :meth:`read` does.
        """
        import struct
        import zipfile
        import zlib

        member = self._zip.getinfo(name) if name in self.names else None
        stored = member is not None and member.compress_type == zipfile.ZIP_STORED
        if member is None or member.file_size <= (IN_MEMORY if stored else UNPACKED_IN_MEMORY):
            return self.read(name, self._options.max_member)
        self._check(member, STORED_AT_MOST if stored else self._options.max_member)
        try:
            return self._in_place(member) if stored else self._spilled(member)
        except OSError:  # no room for a temporary file, or none allowed
            return self.read(name, self._options.max_member)
        except (zipfile.BadZipFile, zlib.error, struct.error, *SENSELESS) as error:
            raise damaged(name, error) from error

    def _in_place(self, member: zipfile.ZipInfo) -> Window:
        """Return the stretch of the archive that is the member, behind its local header (APPNOTE 4.3.7)."""
        for _ in self._pieces(member):
            pass  # zipfile compares the checksum at the end
        file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        header = os.pread(file, LOCAL_HEADER, member.header_offset)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        return Window(file, member.header_offset + LOCAL_HEADER + lengths, member.file_size)

    def _spilled(self, member: zipfile.ZipInfo) -> Window:
        """Unpack a member into a temporary file that has no name and goes with its window."""
        import tempfile

        size = 0
        with tempfile.TemporaryFile(buffering=0) as file:
            for piece in self._pieces(member):
                size += len(piece)
                if size > self._options.max_member:
                    raise too_much(f"{member.filename} unpacks to more than {self._options.max_member} bytes")
                file.write(piece)
            return Window(os.dup(file.fileno()), 0, size)

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._zip.open(member) as stream:
            while piece := stream.read(PIECE):
                yield piece

    def _check(self, member: zipfile.ZipInfo, limit: int) -> None:
        """Refuse a member by what the directory declares of it."""
        if member.file_size > limit:
            raise too_much(
                f"{member.filename} declares {member.file_size} bytes and at most {limit} are read"
            )
        packed = max(member.compress_size, 1)
        if member.file_size > self._options.large and member.file_size > packed * self._options.max_ratio:
            raise too_much(
                f"{member.filename} unpacks from {member.compress_size} to {member.file_size} bytes"
            )


def _sightings(members: list[zipfile.ZipInfo]) -> list[Sighting]:
    """Report members that an unpacking loader would write where they do not belong, and names that repeat."""
    found: list[Sighting] = []
    seen: set[str] = set()
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        link = (member.external_attr >> 16) & 0o170000 == 0o120000
        if path.is_absolute() or ".." in path.parts or member.filename[1:2] == ":":
            found.append(Sighting("zip-slip", member.filename, member.filename))
        if link:
            found.append(Sighting("zip-symlink", member.filename, member.filename))
        if member.flag_bits & 0x1:
            found.append(Sighting("encrypted-member", member.filename, member.filename))
        if member.filename in seen:
            found.append(Sighting("duplicate-member", member.filename, member.filename))
        seen.add(member.filename)
    return found
