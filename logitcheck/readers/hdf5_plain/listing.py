"""``list_plainly()``: what :class:`~logitcheck.readers.hdf5_listing.Listing` gives, or NotPlain."""

from __future__ import annotations

import struct

from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.hdf5_plain.attributes import Attribute, attributes_of, texts_of
from logitcheck.readers.hdf5_plain.datasets import Array, array_of
from logitcheck.readers.hdf5_plain.global_heap import GlobalHeap
from logitcheck.readers.hdf5_plain.groups import TABLE, Groups
from logitcheck.readers.hdf5_plain.image import Image, NotPlain
from logitcheck.readers.hdf5_plain.object_header import DATATYPE, LAYOUT, SYMBOL_TABLE, read_header
from logitcheck.readers.hdf5_plain.start import read_start
from logitcheck.readers.keras_lists import KerasLists
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.window import Place, Reader, size_of

MAX_PATH = 1024
"""Characters of a path."""

ATTRIBUTE = 256
"""Bytes that even the smallest attribute takes here."""

SENSELESS = (struct.error, LookupError, ValueError, OSError, MemoryError)
"""What bytes in a wrong place can raise: short messages, missing ones, names that are no UTF-8."""


def list_plainly(place: Place, options: ReadOptions) -> Contents:
    """List a file. Raises NotPlain where anything in it is not known wholly, or is damaged."""
    try:
        return _Walk(Image(Reader(place).read, size_of(place)), options).contents()
    except SENSELESS as error:
        raise NotPlain(f"{type(error).__name__}: {error}") from error


class _Walk:
    """One walk through a file, by the addresses of its objects."""

    def __init__(self, image: Image, options: ReadOptions):
        start = read_start(image)
        self._image = image
        self._options = options
        self._root = start.root
        self._groups = Groups(image, start)
        self._heap = GlobalHeap(image)
        self._tables: dict[int, tuple[int, int]] = {}
        self._messages: dict[int, list[bytes]] = {}
        self._arrays: dict[int, Array | None] = {}
        self._attributes: dict[int, dict[bytes, Attribute]] = {}
        self._paths: dict[str, int] = {"": start.root}
        self._datasets: list[Dataset] = []

    def contents(self) -> Contents:
        """Walk the file and gather what Keras lists in it."""
        if not self._is_group(self._root):
            raise NotPlain("a root that is no group")
        self._walk()
        lists = KerasLists(self._paths, self, self._options)
        return Contents(
            texts=lists.texts(),
            groups=tuple(path for path in self._paths if path and "/" not in path),
            datasets=tuple(self._datasets),
            layers=lists.layers(),
            optimizer=lists.weights("optimizer_weights"),
            starts_at_zero=True,
        )

    def _walk(self) -> None:
        """Visit every object in the order of the library's listing, groups once."""
        seen: set[int] = set()
        waiting: list[tuple[int, str, int]] = [(self._root, "", 0)]
        count = 0
        while waiting:
            group, prefix, depth = waiting.pop()
            links = self._groups.links(*self._tables[group])
            count += len(links)
            if depth > self._options.max_depth or count > self._options.max_objects:
                raise NotPlain("too many objects")
            self._image.charge(len(links) * len(prefix))  # their own names are charged where they are read
            below: list[tuple[int, str, int]] = []
            for name, address in links:
                path = prefix + name.decode()
                if len(path) > MAX_PATH:
                    raise NotPlain("a long path")
                if not self._is_group(address):
                    self._note(path, self._arrays[address])
                elif address not in seen:
                    seen.add(address)
                    self._paths[path] = address
                    below.append((address, path + "/", depth + 1))
            waiting.extend(reversed(below))

    def _is_group(self, address: int) -> bool:
        """Look at an object, once; an array's messages are understood with it."""
        if address in self._tables:
            return True
        if address in self._arrays:
            return False
        single, attributes = read_header(self._image, address)
        if SYMBOL_TABLE not in single:
            self._arrays[address] = array_of(single, self._image.end)
            return False
        if DATATYPE in single or LAYOUT in single:
            raise NotPlain("an array that is a group")
        self._tables[address] = TABLE.unpack_from(single[SYMBOL_TABLE])
        self._messages[address] = attributes
        return True

    def _note(self, path: str, array: Array | None) -> None:
        if array is None:
            return
        shape, kind, nbytes, offset = array
        if offset is None and nbytes > self._options.large:
            raise NotPlain("a large array that is not stored")
        self._datasets.append(Dataset(path, shape, kind.name, nbytes, offset, kind.layout))

    def texts(self, group: int, name: str, limit: int) -> list[str] | None:
        """Return an attribute's texts, for :class:`KerasLists`."""
        if group not in self._attributes:
            messages = self._messages[group]
            self._image.charge(ATTRIBUTE * len(messages))
            self._attributes[group] = attributes_of(messages)
        attribute = self._attributes[group].get(name.encode())
        if attribute is None:
            return None
        size = len(attribute[1])
        texts = [text.decode("utf-8", "replace") for text in texts_of(attribute, self._heap)]
        self._image.charge(size + MAX_PATH * len(texts))
        if max(size, sum(map(len, texts))) > limit:
            raise NotPlain("a long attribute")
        return texts
