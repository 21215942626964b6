"""Peak memory of a static audit of files far larger than it: real models whose weights are holes on disk.

usage: python benchmarks/large_file.py [--gigabytes N]

Makes a Dense layer of N GiB of float32 zeros, as `.h5` and as a `.keras` file with uncompressed weights,
audits both without running them, and prints seconds and the largest resident set of the auditor and of its
children. Holes take no room on disk. Ends with 1 where the peak is above the limit.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

LIMIT = 400 << 20
"""Bytes of memory that an audit may take."""

UNITS = 1024
HEADER = 30
PIECE = 64 << 20


def config(rows: int, *, old: bool) -> dict[str, Any]:
    """A Sequential of one Dense layer, as Keras 2 or Keras 3 stores it."""
    shape = {"batch_input_shape" if old else "batch_shape": [None, rows], "dtype": "float32", "name": "input"}
    dense = {"name": "dense", "units": UNITS, "activation": "softmax", "use_bias": False}
    layers = [{"class_name": "InputLayer", "config": shape}, {"class_name": "Dense", "config": dense}]
    if not old:
        layers = [{"module": "keras.layers", "registered_name": None, **layer} for layer in layers]
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "large", "layers": layers}}


def fill(group: Any, name: str, rows: int) -> None:
    """Store an array of zeros in one piece that is never written: a hole."""
    space = h5py.h5s.create_simple((rows, UNITS))
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    made.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.IEEE_F32LE, space, made)


def write_h5(path: Path, rows: int) -> None:
    """A `.h5` file of Keras 2."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config(rows, old=True))
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"dense"])
        dense = weights.create_group("dense")
        dense.attrs["weight_names"] = np.array([b"dense/kernel:0"])
        fill(dense.create_group("dense"), "kernel:0", rows)


def write_keras(path: Path, rows: int) -> None:
    """A `.keras` file of Keras 3: first the weights alone, then a zip that has them as a hole, too."""
    weights = path.with_suffix(".weights.h5")
    with h5py.File(weights, "w") as file:
        fill(file.create_group("layers/dense/vars"), "0", rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.9.0"}))
        archive.writestr("config.json", json.dumps(config(rows, old=False)))
        with weights.open("rb") as source:
            add_holes(archive, "model.weights.h5", source)
    weights.unlink()


def add_holes(archive: zipfile.ZipFile, name: str, source: BinaryIO) -> None:
    """Add a member without compression; where the source is zeros, only the length of the archive grows."""
    info = zipfile.ZipInfo(name)
    info.file_size = info.compress_size = size = Path(source.name).stat().st_size
    info.header_offset, info.CRC = archive.fp.tell(), 0
    for _ in range(0, size, PIECE):
        info.CRC = zlib.crc32(source.read(PIECE), info.CRC)
    archive.fp.write(info.FileHeader(zip64=True))
    source.seek(0)
    for _ in range(0, size, PIECE):
        piece = source.read(PIECE)
        if piece.count(0) == len(piece):
            archive.fp.seek(len(piece), 1)
        else:
            archive.fp.write(piece)
    archive.start_dir = archive.fp.tell()
    archive.filelist.append(info)
    archive.NameToInfo[name] = info
    archive._didModify = True


def measure(path: Path) -> tuple[float, int, int, dict[str, Any]]:
    """Audit a file: seconds, bytes of the auditor, bytes of its largest child, what it says."""
    code = (
        "import resource, sys\n"
        "from logitcheck.cli import main\n"
        "sys.argv = ['logitcheck', 'audit', '--no-probe', '--format', 'json', sys.argv[1]]\n"
        "main()\n"
        "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
        "    print(resource.getrusage(who).ru_maxrss * 1024, file=sys.stderr)\n"
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    own, child = (int(line) for line in done.stderr.split()[-2:])
    return time.monotonic() - begun, own, child, json.loads(done.stdout)["models"][0]


def main() -> int:
    """Make both files, measure both, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=4.0)
    rows = int(parser.parse_args().gigabytes * (1 << 30)) // (4 * UNITS)
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("model.h5", write_h5), ("model.keras", write_keras)):
            path = Path(folder, name)
            write(path, rows)
            stat = path.stat()
            seconds, own, child, model = measure(path)
            worst = max(worst, own, child)
            rules = ", ".join(finding["rule"] for finding in model["findings"]) or "nothing"
            size = f"{stat.st_size / 2**30:.1f} GiB ({stat.st_blocks >> 11} MiB on disk)"
            memory = f"{own >> 20} MiB, children {child >> 20} MiB"
            print(f"{name}: {size}, {seconds:.1f} s, {memory}; {model['status']}, found {rules}")
    print(f"peak {worst >> 20} MiB, limit {LIMIT >> 20} MiB")
    return int(worst > LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
