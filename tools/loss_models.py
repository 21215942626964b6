"""Makes one classifier for each way to end in a softmax, and asks the Keras at hand what its loss comes to.

    PYTHON tools/loss_models.py FOLDER [tf_keras]

It imports nothing of logitcheck, so that its figures are a second opinion, and runs in Python 3.7 with
TensorFlow 2.0 as well as in the newest. Into FOLDER go the models and ``measured.json``: by case and mode
what ``evaluate`` and ``train_on_batch`` report, compiled and eagerly, and the letters of the meanings that
it agrees with; with ``from_logits=True`` the first two are in question, else all but the second:

    U  cross-entropy of the scores behind the activation
    D  of the activation applied to what it already gave
    C  of the outputs taken for probabilities: clipped, and divided by their sum
    N  of the outputs divided by their sum, then clipped
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import warnings
from pathlib import Path

import numpy as np

ROWS, FEATURES, CLASSES = 24, 6, 5
EPSILON = float(np.float32(1e-7))
CEILING = float(np.float32(1) - np.float32(1e-7))
INSIDE = ((0.0, 0.0), (EPSILON, EPSILON), (EPSILON, float(np.float32(1) + np.float32(1e-7)) - 1))
"""What versions add inside the two logarithms of a binary loss; the last with 1 + 1e-7 rounded first."""

SCORED = ("one unit", "scores", "relu", "sigmoid", "softmax, binary")
"""Beginnings of the cases whose scores the outputs do not give away."""

MODES = {
    "graph": ("evaluate", False),
    "eager": ("evaluate", True),
    "training": ("train_on_batch", False),
    "training eager": ("train_on_batch", True),
}


def keras_at_hand(wanted):
    """Return Keras as the probe of logitcheck takes it: tf_keras if asked for, Keras 3, TensorFlow's own."""
    if wanted == "tf_keras":
        import tf_keras

        return tf_keras
    try:
        import keras
    except ImportError:
        keras = None
    if keras is not None and major(keras) >= 3:
        return keras
    import tensorflow as tf

    return tf.keras if hasattr(tf.keras, "__version__") else keras  # which 2.15 lacks, and 2.6 to 2.8 need


def major(keras):
    """Return the first number of its version."""
    return int(keras.__version__.split(".")[0])


class Workbench:
    """Builds heads with one Keras; ``ops`` computes exp, sums and the softmax without a layer."""

    def __init__(self, keras):
        self.keras, self.layers = keras, keras.layers
        self.three = major(keras) >= 3
        self.tensorflow = None
        if not self.three or keras.backend.backend() == "tensorflow":
            import tensorflow

            self.tensorflow = tensorflow

    def softmax(self, x):
        """The op, not as a layer's activation."""
        return self.keras.ops.softmax(x) if self.three else self.tensorflow.nn.softmax(x)

    def by_hand(self, x):
        """exp(x) / sum(exp(x))."""
        if self.three:
            raised = self.keras.ops.exp(x)
            return raised / self.keras.ops.sum(raised, axis=-1, keepdims=True)
        raised = self.tensorflow.exp(x)
        return raised / self.tensorflow.reduce_sum(raised, axis=-1, keepdims=True)

    def policy(self, name):
        """Set the dtype policy of the layers to come."""
        place = self.keras.mixed_precision if hasattr(self.keras, "mixed_precision") else None
        if hasattr(place, "set_global_policy"):
            place.set_global_policy(name)
        else:
            place.experimental.set_policy(name)

    def mixed(self, build):
        """Return a head whose layers are made under mixed_float16."""

        def under_policy(x, n):
            self.policy("mixed_float16")
            try:
                return build(x, n)
            finally:
                self.policy("float32")

        return under_policy

    def nested(self, x, n):
        """A model inside the model."""
        inner = self.keras.Input((FEATURES,))
        return self.keras.Model(inner, self.layers.Dense(n, activation="softmax")(inner))(x)

    def dense(self, activation, **more):
        """A Dense layer as head."""
        return lambda x, n: self.layers.Dense(n, activation=activation, **more)(x)

    def then(self, *rest, **how):
        """A Dense layer and what comes behind it."""

        def build(x, n):
            x = self.layers.Dense(n, activation=how.get("activation"))(x)
            for layer in rest:
                x = layer(x)
            return x

        return build

    def softmaxes(self):
        """Ways to build a softmax, by name."""
        lay = self.layers
        return {
            "Dense(softmax)": self.dense("softmax"),
            "Activation(softmax)": self.then(lay.Activation("softmax")),
            "Softmax layer": self.then(lay.Softmax()),
            "Softmax(axis=1) on rank 2": self.then(lay.Softmax(axis=1)),
            "bare softmax op": self.then(self.softmax),
            "exp/sum by hand": self.then(self.by_hand),
            "Softmax layer > linear Activation": self.then(lay.Softmax(), lay.Activation("linear")),
            "softmax > Reshape": self.then(lay.Reshape((1, CLASSES)), activation="softmax"),
            "softmax > linear Activation": self.then(lay.Activation("linear"), activation="softmax"),
            "softmax > Dropout(0)": self.then(lay.Dropout(0.0), activation="softmax"),
            "softmax > Dropout": self.then(lay.Dropout(1e-5), activation="softmax"),
            "nested model": self.nested,
            "TimeDistributed(Dense(softmax))": self.then(
                lay.Reshape((1, CLASSES)), lay.TimeDistributed(lay.Dense(CLASSES, activation="softmax"))
            ),
            "mixed_float16 Dense(softmax)": self.mixed(self.dense("softmax")),
            "mixed_float16, softmax in float32": self.mixed(
                lambda x, n: lay.Activation("softmax", dtype="float32")(lay.Dense(n)(x))
            ),
            "mixed_float16, then a float32 cast": self.mixed(
                lambda x, n: lay.Activation("linear", dtype="float32")(lay.Dense(n, activation="softmax")(x))
            ),
        }

    def others(self):
        """Other heads: name → head, units, loss, ``from_logits``."""
        sparse, categorical, binary = "sparse_categorical", "categorical", "binary"
        return {
            "sigmoid, binary, True": (self.dense("sigmoid"), 1, binary, True),
            "Dense(softmax), categorical, True": (self.dense("softmax"), CLASSES, categorical, True),
            "scores, sparse": (self.dense(None), CLASSES, sparse, False),
            "scores, categorical": (self.dense(None), CLASSES, categorical, False),
            "scores, binary": (self.dense(None), 1, binary, False),
            "relu, sparse": (self.dense("relu"), CLASSES, sparse, False),
            "one unit of softmax, binary": (self.dense("softmax"), 1, binary, False),
            "sigmoids, categorical": (self.dense("sigmoid"), CLASSES, categorical, False),
            "softmax, binary": (self.dense("softmax"), CLASSES, binary, False),
        }

    def cases(self):
        """All cases: name → head, units, loss, ``from_logits``."""
        told = {name: (head, CLASSES, "sparse_categorical", True) for name, head in self.softmaxes().items()}
        told.update(self.others())
        return told


def softmaxed(x):
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def clip(p):
    return np.clip(p, EPSILON, CEILING)


def meanings(scores, outputs, y, loss):
    """Return by letter the losses it may stand for; arrays are (rows, units), ``y`` one-hot or 0 and 1."""
    if loss == "binary":
        forms = {"U": sigmoid(scores), "D": sigmoid(outputs), "C": clip(outputs)}
        return {letter: [binary_cost(y, p, *more) for more in INSIDE] for letter, p in forms.items()}
    shares = [clip(outputs) / clip(outputs).sum(axis=-1, keepdims=True), clip(outputs)]
    forms = {
        "U": [softmaxed(scores)],
        "D": [softmaxed(outputs)],
        "C": shares,
        "N": [clip(outputs / outputs.sum(axis=-1, keepdims=True))],
    }
    return {letter: [-(y * np.log(p)).sum(axis=-1).mean() for p in made] for letter, made in forms.items()}


def binary_cost(y, p, one, other):
    """Return the mean of -ln(p + one) where y is 1 and -ln(1 - p + other) where it is 0."""
    with np.errstate(divide="ignore"):
        return -np.where(y == 1, np.log(p + one), np.log(1 - p + other)).mean()


def fitting(value, told, share):
    """Return the letters of the meanings that a loss agrees with."""
    near = [
        letter
        for letter, forms in told.items()
        if any(abs(value - form) <= share * max(1.0, abs(form)) for form in forms)
    ]
    return "".join(near) or "?"


def loss_of(keras, kind, from_logits):
    words = {"sparse_categorical": "SparseCategoricalCrossentropy", "categorical": "CategoricalCrossentropy"}
    return getattr(keras.losses, words.get(kind, "BinaryCrossentropy"))(from_logits=from_logits)


def labels(kind, shape):
    """Return labels for outputs of a shape, and the same as one-hot rows (0 and 1 for a binary loss)."""
    if kind == "binary":
        made = (np.arange(np.prod(shape)) % 2).astype("float32").reshape(shape)
        return made, made.reshape(-1, shape[-1])
    numbers = np.arange(np.prod(shape[:-1])) % shape[-1]
    hot = np.eye(shape[-1], dtype="float32")[numbers]
    return (numbers.reshape(shape[:-1]) if kind == "sparse_categorical" else hot.reshape(shape)), hot


def trace(bench, name, case, folder):
    """Make one model, save it, and return what its loss comes to in every mode."""
    head, units, kind, from_logits = case
    keras = bench.keras
    given = keras.Input((FEATURES,))
    model = keras.Model(given, head(given, units))
    random = np.random.RandomState(3)
    model.set_weights([random.normal(0, 0.9, w.shape).astype(w.dtype) for w in model.get_weights()])
    x = random.normal(0, 1, (ROWS, FEATURES)).astype("float32")
    outputs = np.asarray(model.predict(x, verbose=0)).astype("float64")
    y, hot = labels(kind, outputs.shape)
    flat = outputs.reshape(-1, outputs.shape[-1])
    told = meanings(scores_behind(model, name, x, flat), flat, hot, kind)
    told = {letter: forms for letter, forms in told.items() if letter in ("UD" if from_logits else "UCN")}
    share = 2e-2 if "float16" in name else 1e-3
    seen = {}
    loss = loss_of(keras, kind, from_logits)
    for mode, (method, eagerly) in MODES.items():
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss=loss, run_eagerly=eagerly)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if method == "evaluate":
                value = model.evaluate(x, y, batch_size=ROWS, verbose=0)
            else:
                value = model.train_on_batch(x, y)
        value = float(np.asarray(value).reshape(-1)[0])
        seen[mode] = {"value": value, "is": fitting(value, told, share)}
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss=loss)
    file = name.replace(" ", "_").replace("/", "-") + (".keras" if bench.three else ".h5")
    model.save(str(Path(folder, file)))
    return {"file": file, "modes": seen}


def scores_behind(model, name, x, outputs):
    """Return the scores: of a softmax the logarithm, else what the Dense layer makes of the input."""
    if not name.startswith(SCORED):
        return np.log(outputs)
    kernel, bias = [w.astype("float64") for w in model.get_weights()]
    return x.astype("float64").dot(kernel) + bias


def main(folder, wanted=None):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    there = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]
    os.environ.setdefault("KERAS_BACKEND", there[0])
    keras = keras_at_hand(wanted)
    bench = Workbench(keras)
    found = {}
    for name, case in bench.cases().items():
        try:
            found[name] = trace(bench, name, case, folder)
        except Exception as problem:  # a version that cannot build, save or train a case is a result, too
            found[name] = {"problem": f"{type(problem).__name__}: {problem}"[:200]}
    versions = {"keras": keras.__version__}
    for library in ("tensorflow", "jax", "torch"):
        if library in sys.modules:
            versions[library] = str(sys.modules[library].__version__)
    backend = keras.backend.backend() if bench.three else "tensorflow"
    told = {"package": keras.__name__.partition(".")[0], "backend": backend, "versions": versions}
    Path(folder, "measured.json").write_text(json.dumps({**told, "cases": found}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])
