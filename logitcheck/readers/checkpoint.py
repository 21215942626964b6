"""TensorFlow checkpoints without a model: named for what they are."""

from __future__ import annotations

from pathlib import Path

from logitcheck.errors import NotAudited
from logitcheck.readers.sstable import MAGIC


def checkpoint_prefix(path: Path) -> Path | None:
    """Return the prefix of the checkpoint that a folder or ``.index`` file is; None where it is none."""
    if path.is_dir():
        found = sorted(path.glob("*.index")) if (path / "checkpoint").is_file() else []
        return found[-1].with_suffix("") if found else None
    if path.suffix == ".index" and _ends_as_table(path):
        return path.with_suffix("")
    return None


def _ends_as_table(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - 8, 0))
        return file.read(8) == MAGIC.to_bytes(8, "little")


def refuse_checkpoint(prefix: Path) -> NotAudited:
    """Return the refusal of a checkpoint, with how many tensors it holds where its index can be read."""
    from logitcheck.readers.bundle import Bundle

    try:
        held = f"{sum(entry.dtype != 'string' for entry in Bundle(prefix).entries.values())} tensors"
    except NotAudited as error:
        held = f"an index that cannot be read: {error.reason}"
    return NotAudited(
        f"this is a TensorFlow checkpoint: weights without a model ({held})",
        "Load it into its model and save that with `model.save(...)`.",
        format="weights-only",
    )
