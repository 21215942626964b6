"""Attacks on the container: HDF5 links and storage, shapes that are not stored, tricks of the archive."""

from __future__ import annotations

import io
import json
import stat
import warnings
import zipfile
from pathlib import Path

import h5py
import numpy as np

from tests.hostile.attacks import Canary, attack
from tests.hostile.keras_files import dense, sequential, write_hdf5, write_zip

KERNEL = "model_weights/dense/dense/kernel:0"


def hdf5_bytes(fill: object) -> bytes:
    """An HDF5 file in memory, filled by a function."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        fill(file)  # type: ignore[operator]
    return buffer.getvalue()


@attack("LC607")
def external_link_for_a_weight(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file[KERNEL] = h5py.ExternalLink(str(canary.secret), "/x")
    return path


@attack("LC607")
def external_link_for_a_group(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        file["model_weights/more"] = h5py.ExternalLink("other.h5", "/model_weights")
    return path


@attack("LC607")
def soft_link_for_a_weight(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file[KERNEL] = h5py.SoftLink("/model_weights/dense/dense/bias:0")
    return path


@attack("LC607")
def external_storage_reads_a_file(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        size = canary.secret.stat().st_size
        file.create_dataset(KERNEL, (size,), "u1", external=[(str(canary.secret), 0, size)])
    return path


@attack("LC607")
def virtual_dataset_of_another_file(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource(str(canary.secret), "x", (4, 3))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file.create_virtual_dataset(KERNEL, layout)
    return path


@attack("LC607")
def external_storage_inside_a_zip(folder: Path, canary: Canary) -> Path:
    def fill(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/0", (4, 3), "f4", external=[(str(canary.secret), 0, 48)])
        file["layers/dense/vars/1"] = np.zeros(3, "f4")

    return write_zip(folder, sequential(dense()), {"model.weights.h5": hdf5_bytes(fill)})


@attack("LC607")
def external_link_inside_a_zip(folder: Path, canary: Canary) -> Path:
    def fill(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = h5py.ExternalLink(str(canary.secret), "/x")

    return write_zip(folder, sequential(dense()), {"model.weights.h5": hdf5_bytes(fill)})


@attack("LC608")
def shape_bomb(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, (2**41,), "f4", chunks=(1024,))
    return path


@attack("LC608")
def shape_bomb_inside_a_zip(folder: Path, canary: Canary) -> Path:
    def fill(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/0", (2**20, 2**20), "f4", chunks=(64, 64))

    return write_zip(folder, sequential(dense()), {"model.weights.h5": hdf5_bytes(fill)})


@attack("LC608")
def compressed_zeros_in_hdf5(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(dense()))
    with h5py.File(path, "a") as file:
        del file[KERNEL]
        file.create_dataset(KERNEL, data=np.zeros(80 * 2**20, "u1"), chunks=(2**22,), compression="gzip")
    return path


@attack("LC608")
def zip_bomb_in_the_configuration(folder: Path, canary: Canary) -> Path:
    path = folder / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (300 * 2**20))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.9.0"}))
    return path


@attack("LC608")
def zip_bomb_in_the_weights(folder: Path, canary: Canary) -> Path:
    path = write_zip(folder, sequential(dense()))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", b"\0" * (300 * 2**20))
    return path


@attack("LC608")
def too_many_members(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense()), {f"assets/{i}": b"" for i in range(20_000)})


@attack("LC606")
def zip_slip(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense()), {"../../evil.txt": b"pwned"})


@attack("LC606")
def absolute_member(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense()), {str(canary.target): b"pwned"})


@attack("LC606")
def two_configurations(folder: Path, canary: Canary) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return write_zip(folder, sequential(dense()), {"config.json": json.dumps(sequential()).encode()})


@attack("LC606")
def symbolic_link_member(folder: Path, canary: Canary) -> Path:
    path = write_zip(folder, sequential(dense()))
    member = zipfile.ZipInfo("assets/link")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, str(canary.secret))
    return path


@attack("LC603")
def pickle_under_a_models_name(folder: Path, canary: Canary) -> Path:
    path = folder / "model.h5"
    path.write_bytes(b"\x80\x04cos\nsystem\n(S'id'\ntR.")
    return path
