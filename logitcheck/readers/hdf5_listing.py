"""One walk through an open HDF5 file: its arrays, what Keras lists in attributes, what is not followed."""

from __future__ import annotations

from typing import Any

from logitcheck.model import Sighting
from logitcheck.readers.hdf5_contents import Contents, Dataset
from logitcheck.readers.keras_lists import KerasLists
from logitcheck.readers.options import ReadOptions
from logitcheck.readers.refusals import damaged, too_much


class Listing:
    """Walks a file once; ``contents()`` gives the result."""

    def __init__(self, root: Any, options: ReadOptions):
        """``root`` is the low-level root group."""
        from h5py import h5d, h5g, h5i, h5l, h5o

        self.root = root
        self._size = int(h5i.get_file_id(root).get_filesize())
        self.options = options
        self.datasets: list[Dataset] = []
        self.sightings: list[Sighting] = []
        self.groups: dict[str, Any] = {"": root}
        self._dataset, self._group, self._open, self._links = h5d.DatasetID, h5g.GroupID, h5o.open, h5l
        self._seen: set[int] = set()
        self._count = 0

    def contents(self) -> Contents:
        """Walk the file and gather what Keras lists in it."""
        self._walk()
        lists = KerasLists(self.groups, self, self.options)
        return Contents(
            texts=lists.texts(),
            groups=tuple(path for path in self.groups if path and "/" not in path),
            datasets=tuple(self.datasets),
            layers=lists.layers(),
            optimizer=lists.weights("optimizer_weights"),
            sightings=tuple(self.sightings),
        )

    def _walk(self) -> None:
        """Visit every object once, through hard links only, without recursion."""
        waiting: list[tuple[Any, str, int]] = [(self.root, "", 0)]
        while waiting:
            group, prefix, depth = waiting.pop()
            if depth > self.options.max_depth:
                raise too_much(f"the HDF5 file holds groups nested more than {self.options.max_depth} deep")
            below: list[tuple[Any, str, int]] = []
            for name, kind, address in self._links_of(group):
                path = prefix + name.decode("utf-8", "replace")
                if kind != self._links.TYPE_HARD:
                    self._note_link(group, name, kind, path)
                    continue
                child = self._open(group, name)
                if isinstance(child, self._dataset):
                    self._note_dataset(child, path)
                elif isinstance(child, self._group) and address not in self._seen:
                    self._seen.add(address)
                    self.groups[path] = child
                    below.append((child, path + "/", depth + 1))
            waiting.extend(reversed(below))

    def _links_of(self, group: Any) -> list[tuple[bytes, int, Any]]:
        """Return a group's links, each with its kind and address."""
        links: list[tuple[bytes, int, Any]] = []
        room = self.options.max_objects - self._count

        def note(name: bytes, info: Any) -> bool | None:
            links.append((name, info.type, info.u))
            return True if len(links) > room else None

        group.links.iterate(note, info=True)
        self._count += len(links)
        if self._count > self.options.max_objects:
            raise too_much(f"the HDF5 file holds more than {self.options.max_objects} objects")
        return links

    def _note_link(self, group: Any, name: bytes, kind: int, path: str) -> None:
        """Report a link that leads elsewhere; it is not followed."""
        if kind == self._links.TYPE_SOFT:
            target = group.links.get_val(name).decode("utf-8", "replace")
            self.sightings.append(Sighting("soft-link", path, target))
        elif kind == self._links.TYPE_EXTERNAL:
            file, inside = (part.decode("utf-8", "replace") for part in group.links.get_val(name))
            self.sightings.append(Sighting("external-link", path, file, {"path": inside}))
        else:
            self.sightings.append(Sighting("user-link", path))

    def _note_dataset(self, dataset: Any, path: str) -> None:
        """Note an array; report it instead where reading it would be unsafe."""
        try:
            dtype, shape = dataset.dtype, dataset.shape
        except TypeError:  # a type that NumPy has nothing like: no weights
            return
        if shape is None:
            return
        nbytes = int(dtype.itemsize)
        for length in shape:
            nbytes *= length
        offset = dataset.get_offset()
        if offset is None and not self._is_own_storage(dataset, path, nbytes):
            return
        kind = "bfloat16" if dtype.kind == "V" and dtype.itemsize == 2 else dtype.name
        layout = dtype.str if dtype.kind in "fiub" else ""
        self.datasets.append(Dataset(path, tuple(shape), kind, nbytes, offset, layout))

    def _is_own_storage(self, dataset: Any, path: str, nbytes: int) -> bool:
        """Say whether an array that is not one plain block is stored here, and in a believable size."""
        from h5py import h5d

        plan, stored = dataset.get_create_plist(), int(dataset.get_storage_size())
        if plan.get_external_count():
            name = plan.get_external(0)[0].decode("utf-8", "replace")
            self.sightings.append(Sighting("external-storage", path, name, {"declared": nbytes}))
            return False
        if plan.get_layout() == h5d.VIRTUAL:
            self.sightings.append(Sighting("virtual-dataset", path, "", {"declared": nbytes}))
            return False
        if nbytes > self.options.large and nbytes > stored * self.options.max_ratio:
            self.sightings.append(Sighting("shape-bomb", path, "", {"declared": nbytes, "stored": stored}))
            return False
        return True

    def texts(self, group: Any, name: str, limit: int) -> list[str] | None:
        """Return an attribute's texts, for :class:`~logitcheck.readers.keras_lists.KerasLists`."""
        from h5py import h5a

        if not h5a.exists(group, name.encode()):
            return None
        return self._texts(h5a.open(group, name.encode()), limit)

    def _texts(self, attribute: Any, limit: int) -> list[str]:
        """Read an attribute of one or more texts; empty where it holds something else."""
        import numpy as np
        from h5py import h5t

        shape = attribute.shape
        if shape is None or 0 in shape or not isinstance(attribute.get_type(), h5t.TypeStringID):
            return []
        size = int(attribute.get_storage_size())
        if size > self._size:
            raise damaged("the HDF5 file", f"an attribute of {size} bytes in a file of {self._size}")
        if size > limit:
            raise too_much(f"the HDF5 file holds an attribute of more than {limit} bytes")
        values = np.empty(shape, attribute.dtype)
        attribute.read(values)
        texts = [_decoded(value) for value in values.reshape(-1)]
        if sum(map(len, texts)) > limit:
            raise too_much(f"the HDF5 file holds an attribute of more than {limit} bytes")
        return texts


def _decoded(value: Any) -> str:
    """Return a stored text, whichever way it is stored."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
