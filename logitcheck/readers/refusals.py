"""Why a path cannot be audited, each reason with its advice and its rule code, in one place."""

from __future__ import annotations

from logitcheck.errors import NotAudited

WEIGHTS_ONLY = "LC501"
DAMAGED = "LC502"
LFS_POINTER = "LC503"
PICKLE = "LC603"
BOMB = "LC608"


def weights_only(what: str) -> NotAudited:
    """A file of weights without the model they belong to."""
    return NotAudited(
        f"{what} holds weights only, no architecture and no loss",
        'Save the whole model instead: `model.save("model.keras")`.',
        format="weights-only",
        code=WEIGHTS_ONLY,
    )


def damaged(what: str, error: Exception | str) -> NotAudited:
    """A file that starts like a model and cannot be read to its end."""
    text = " ".join(str(error).split())[:160]
    return NotAudited(f"{what} is damaged or cut short ({text})", "Copy or download it again.", code=DAMAGED)


def lfs_pointer() -> NotAudited:
    """A text of three lines in the place of a file that git keeps elsewhere."""
    return NotAudited(
        "this is a git-lfs pointer, not the model itself",
        "Fetch the file it stands for: `git lfs pull`.",
        code=LFS_POINTER,
    )


def not_a_model(what: str, advice: str = "Give a Keras, SavedModel, GraphDef or TFLite file.") -> NotAudited:
    """Something else under a model's name."""
    return NotAudited(f"this is {what}, not a model that can be audited", advice)


def pickle(what: str) -> NotAudited:
    """A file whose loading runs code."""
    return NotAudited(
        f"this is {what}; loading it would run whatever code it holds, so it was not opened",
        "Do not load it unless you trust where it comes from; save the model with `model.save(...)`.",
        code=PICKLE,
    )


def too_much(what: str) -> NotAudited:
    """A file that claims more than a reader takes."""
    return NotAudited(
        f"{what}; this is how a file looks that is made to exhaust its reader",
        "If you trust the file, save the model again with a current Keras.",
        code=BOMB,
    )
