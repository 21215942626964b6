from __future__ import annotations

import pytest

from logitcheck.errors import UsageError
from logitcheck.graph import Ref
from logitcheck.model import Loss, Model, Output
from logitcheck.options import AuditOptions
from logitcheck.overrides import apply, parse_losses, parse_ranges, unknown_inputs, unknown_outputs

STORED = Loss("categorical_crossentropy", from_logits=False)
MODEL = Model("m", "keras-zip", outputs=(Output("a", Ref("a")), Output("b", Ref("b"), loss=STORED)))


def losses(**options: object) -> list[Loss | None]:
    return [output.loss for output in apply(MODEL, AuditOptions(**options)).outputs]  # type: ignore[arg-type]


def test_names_and_aliases_are_read_and_made_canonical() -> None:
    assert parse_losses(["bce", "out=SparseCategoricalCrossentropy"]) == {
        "": "binary_crossentropy",
        "out": "sparse_categorical_crossentropy",
    }
    assert parse_losses(["keras.losses.BinaryCrossentropy()"]) == {"": "binary_crossentropy"}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("out=my_loss", "no loss of Keras"),
        ("", "a name such as categorical_crossentropy, "),
        ("crossentropy", "did you mean categorical_crossentropy or .*binary_crossentropy"),
        ("sparse_categorical_crossentropi", "did you mean sparse_categorical_crossentropy"),
        ("mse=scores", "the output comes first: scores=mse"),
        ("BinaryCrossentropy(from_logits=True)", "arguments are not read"),
    ],
)
def test_a_word_that_is_no_loss_says_what_may_be_meant(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_losses([word])


def test_ranges_are_read() -> None:
    assert parse_ranges(["0:255", "x=-1e3:inf"]) == {"": (0.0, 255.0), "x": (-1000.0, float("inf"))}
    for word in ("x", "x=1", "a:b", "2:1", "nan:1"):
        with pytest.raises(UsageError):
            parse_ranges([word])


def test_without_a_word_the_model_stays_as_it_is() -> None:
    assert apply(MODEL, AuditOptions()) is MODEL


def test_a_loss_takes_the_place_of_the_stored_one_and_says_so() -> None:
    first, second = losses(losses={"": "binary_crossentropy"})
    assert first == second and first is not None
    assert (first.name, first.from_logits, first.source) == ("binary_crossentropy", False, "command line")


def test_a_named_output_wins_over_the_rest() -> None:
    first, second = losses(losses={"": "poisson", "b": "mean_squared_error"}, from_logits=True)
    assert first is not None and second is not None
    assert (first.name, first.from_logits) == ("poisson", None)
    assert second.name == "mean_squared_error"


def test_from_logits_alone_changes_stored_losses_that_have_the_switch() -> None:
    first, second = losses(from_logits=True)
    assert first is None and second is not None
    assert (second.from_logits, second.source) == (True, "command line")


def test_from_logits_alone_says_what_a_stored_loss_does_not() -> None:
    open_ = Loss("binary_crossentropy", from_logits=None)
    model = Model("m", "keras-zip", outputs=(Output("a", Ref("a"), loss=open_),))
    (output,) = apply(model, AuditOptions(from_logits=False)).outputs
    assert output.loss is not None and output.loss.from_logits is False


def test_inputs_that_no_model_has_are_named() -> None:
    assert unknown_inputs(["", "x", "y", "z"], ["x", "fn/y", "fn_2"]) == ["z"]


def test_outputs_that_no_model_has_are_named() -> None:
    assert unknown_outputs({"": "mse", "x": "mse", "a": "mse"}, ["a", "b"]) == ["x"]
