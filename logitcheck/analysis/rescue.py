"""What Keras really computes where a softmax or sigmoid meets ``from_logits=True``.

From TensorFlow 2.4 on the loss looks through a softmax or sigmoid that is the last thing done to its input
and takes the scores behind it; older Keras and the other backends apply it a second time. Source:
``_get_logits`` in ``keras/src/backend/tensorflow/nn.py``, ``keras/backend.py`` of TensorFlow 2.4 to 2.15; the
table was measured with every version it names.
"""

from __future__ import annotations

from itertools import groupby

from logitcheck.analysis.head_ops import SIGMOID, SOFTMAX
from logitcheck.analysis.heads import Head
from logitcheck.analysis.rescue_table import (
    DOUBLED,
    IN_PART,
    KERAS_3,
    MIXED,
    MODES,
    OLD,
    ON_TENSORFLOW,
    OTHER_BACKEND,
    RESCUED,
    TF_2_4,
    TF_2_5,
    TF_2_10,
    TF_2_11,
    TF_2_14,
    UNKNOWN,
    Era,
)
from logitcheck.graph import Node
from logitcheck.model import Model, Writer
from logitcheck.record import dataclass
from logitcheck.topology import LayerConfig

FUSED = frozenset(
    (
        "ctc",
        "softmax_cross_entropy_with_logits",
        "sparse_softmax_cross_entropy_with_logits",
        "sigmoid_cross_entropy_with_logits",
    )
)
"""Losses that hand what they are given to TensorFlow's own op, and never look behind it."""

NARROW = frozenset(("float16", "bfloat16"))
DROPS = ("Dropout", "Noise")


@dataclass(frozen=True)
class Rescue:
    """What becomes of the second application."""

    status: str
    """``rescued`` (the loss uses the scores), ``doubled``, ``mixed`` (depends on the run) or ``unknown``."""

    sentence: str
    """For the report."""


BUILDS = {
    "activation": "the activation of a layer",
    "layer": "a Softmax layer",
    "across": "a Softmax layer along another axis than the last",
    "op": "an op of its own",
    "hand": "an expression written by hand",
    "moved": "an op with a reshape or cast behind it",
    "dropout": "an activation with Dropout behind it",
    "idle": "an activation with Dropout of rate 0 behind it",
    "followed": "an activation with another layer behind it",
    "wrapped": "an activation inside TimeDistributed",
    "float16": "a float16 activation",
    "unseen": "an activation (inside code that the file does not tell)",
}


def rescue(model: Model, head: Head, dtype: str | None, loss: str = "") -> Rescue:
    """Return what the Keras that wrote a file makes of a head under ``from_logits=True``.

    ``loss`` is the canonical name: focal losses are treated otherwise.
    """
    build = build_of(model, head, dtype)
    if not model.layers and model.writer.framework not in ("keras", "tf.keras"):
        return Rescue(UNKNOWN, "")
    eras = eras_of(model.writer)
    fates = [_fate(era, build, loss) for era in eras]
    status = fates[0] if len(set(fates)) == 1 else MIXED
    status = status if status in (RESCUED, DOUBLED) else MIXED
    parts = "; ".join(_phrase(era, fate, build) for era, fate in zip(eras, fates, strict=True))
    sentence = f"{parts}{_elsewhere(eras, build, loss)}."
    return Rescue(status, sentence[0].upper() + sentence[1:])


def foretold(model: Model, head: Head, dtype: str | None, loss: str) -> dict[str, str]:
    """Return per mode (``graph``, ``eager``, ``training``) what the table says; empty where it is open."""
    fates = {_fate(era, build_of(model, head, dtype), loss) for era in eras_of(model.writer)}
    modes = MODES.get(fates.pop()) if len(fates) == 1 else None
    return dict(zip(("graph", "eager", "training"), modes, strict=True)) if modes else {}


def eras_of(writer: Writer) -> tuple[Era, ...]:
    """Return the versions that may have trained a file: one, or several where the file cannot tell."""
    if writer.backend not in (None, "tensorflow"):
        return (OTHER_BACKEND,) if _numbers(writer.version) >= (3,) else (OLD,)
    numbers = _numbers(writer.version)
    if not numbers:
        return (OLD, TF_2_4, TF_2_14)
    if numbers >= (3,):
        return (KERAS_3, OTHER_BACKEND) if writer.backend is None else (KERAS_3,)
    if numbers < (2, 4):
        return (OLD,)
    if numbers < (2, 5):
        return _of_keras_2_4(_numbers(writer.tensorflow))
    if numbers < (2, 10):
        return (TF_2_5,)
    if numbers < (2, 11):
        return (TF_2_10,)
    return (TF_2_11,) if numbers < (2, 14) else (TF_2_14,)


def _of_keras_2_4(tensorflow: tuple[int, ...]) -> tuple[Era, ...]:
    """Return the era of Keras 2.4, which is in TensorFlow 2.3 as well as in 2.4; both where none is told."""
    if not tensorflow:
        return (OLD, TF_2_4)
    return (OLD,) if tensorflow < (2, 4) else (TF_2_4,)


def build_of(model: Model, head: Head, dtype: str | None) -> str:
    """Return how a softmax or sigmoid was built, one of the keys of :data:`BUILDS`."""
    configs = {layer.name: layer for layer in model.layers}
    own = configs.get(head.layer or "") or configs.get((head.layer or "").rpartition("/")[2])
    if head.op not in SOFTMAX | SIGMOID:
        return "hand"
    turned = _turned(head, own)
    behind = _behind(head, configs, turned)
    if behind != "nothing":
        return behind
    if _wrapped(model, head.layer):
        return "wrapped"
    if dtype in NARROW:
        return "float16"
    if own is None:
        return "unseen"
    if own.class_name in ("Lambda", "TFOpLambda", "TensorFlowOpLayer"):
        return "op"
    if own.class_name in ("Softmax", "Sigmoid"):
        along = "across" if turned else "layer"
        return along if own.class_name == "Softmax" else "op"
    return "activation" if "activation" in own.config else "op"


def _turned(head: Head, own: LayerConfig | None) -> tuple[Node, ...]:
    """Return the transposes by which a Softmax layer brings another axis than the last to its place."""
    if own is None or own.class_name != "Softmax":
        return ()
    return tuple(node for node in head.behind if node.op == "Transpose" and node.layer == head.layer)


def _behind(head: Head, configs: dict[str, LayerConfig], turned: tuple[Node, ...]) -> str:
    """Return what stands between the head and the loss, ``nothing`` where nothing does."""
    moves = (node for node in head.behind if node not in turned)
    moved = [node for node in moves if node.op not in ("Identity", "IdentityN", "Dropout")]
    if moved:
        return "moved"
    others = {node.layer for node in head.behind} - {head.layer, None}
    classes = {configs[name].class_name for name in others if name in configs}
    drops = [configs[name] for name in others if name in configs and configs[name].class_name.endswith(DROPS)]
    if drops:
        idle = all(layer.config.get("rate", layer.config.get("stddev")) == 0 for layer in drops)
        return "idle" if idle else "dropout"
    return "followed" if classes - {"Sequential", "Functional", "Model", "InputLayer"} else "nothing"


def _wrapped(model: Model, layer: str | None) -> bool:
    """Tell whether a layer's call happens inside TimeDistributed."""
    if layer is None:
        return False
    return any(
        config.class_name == "TimeDistributed"
        and (layer == config.name or layer.startswith(f"{config.name}/"))
        for config in model.layers
    )


def _fate(era: Era, build: str, loss: str) -> str:
    if build == "unseen":
        whole, bare = _fate(era, "activation", loss), _fate(era, "op", loss)
        return whole if whole == bare else f"{whole} as a layer's argument, {bare} as an op of its own"
    fate = DOUBLED if loss in FUSED else era.builds.get(build, era.builds["other"])
    if fate == DOUBLED or "focal" not in loss:
        return fate
    if era is KERAS_3:  # its focal losses apply the softmax or sigmoid themselves, before any rescue
        return DOUBLED
    return IN_PART if loss.startswith("binary") else fate


def _phrase(era: Era, fate: str, build: str) -> str:
    again = "applied twice" if fate == DOUBLED else fate
    seen = "rescued: the loss takes the scores behind it" if fate == RESCUED else again
    return f"in {era.title} {BUILDS[build]} is {seen}"


def _elsewhere(eras: tuple[Era, ...], build: str, loss: str) -> str:
    """Say what other versions and backends do otherwise than the (first of the) versions at hand."""
    own = _fate(eras[0], build, loss)
    places: dict[str, list[str]] = {}
    for fate, run in groupby(ON_TENSORFLOW, lambda era: None if era in eras else _fate(era, build, loss)):
        if fate not in (None, own):
            places.setdefault(str(fate), []).append(_span(tuple(run)))
    fate = _fate(OTHER_BACKEND, build, loss)
    if OTHER_BACKEND not in eras and fate != own:
        places.setdefault(fate, []).append("on JAX and PyTorch")
    parts = [f"{_told(fate)} {' and '.join(where)}" for fate, where in places.items()]
    return f"; elsewhere it is {'; '.join(parts)}" if parts else ""


def _told(fate: str) -> str:
    """Return a fate as what happens to an activation, before the words for where it does."""
    return "applied twice" if fate == DOUBLED else f"{fate}," if "," in fate else fate


def _span(run: tuple[Era, ...]) -> str:
    """Return versions that follow each other in words."""
    first, last = run[0], run[-1]
    if first is OLD:
        return f"up to {last.last}"
    if first is last:
        return f"in {first.title}"
    if last is KERAS_3:
        return f"from {first.first} on"
    return f"from {first.first} to {last.last.partition(' ')[2]}"


def _numbers(version: str | None) -> tuple[int, ...]:
    """Return a version's leading numbers; empty where there are none."""
    found: list[int] = []
    for part in (version or "").replace("-", ".").split("."):
        if not part.isdecimal():
            break
        found.append(int(part))
    return tuple(found[:3])
