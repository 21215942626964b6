"""Made batches respect what was declared; the user's own are matched and checked."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from logitcheck.probe import inputs as made
from logitcheck.probe.protocol import InputPlan


def batch_of(plan, rows=16, length=1):
    shapes = next(made.shape_guesses((plan,)))
    return made.make((plan,), shapes, rows, 0, length)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 40),
    st.lists(st.integers(1, 4), max_size=3),
    st.sampled_from(["float32", "float16", "int32", "uint8", "bool", "bfloat16"]),
)
def test_shape_and_dtype_are_as_declared(rows, shape, dtype):
    array = batch_of(InputPlan("x", (None, *shape), dtype), rows).arrays[0]
    assert array.shape == (rows, *shape)
    assert array.dtype == made.numpy_dtype(dtype)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1000), st.sampled_from(["float32", "int64"]))
def test_ids_stay_inside_their_table(high, dtype):
    array = batch_of(InputPlan("ids", (None, 9), dtype, "ids", high), 32).arrays[0]
    assert array.min() >= 0
    assert array.max() < high
    assert (array == np.round(array)).all()


def test_every_family_has_its_rows():
    batch = batch_of(InputPlan("x", (None, 50), "float32"), 32)
    rows = {name: batch.arrays[0][[n == name for n in batch.families]] for name in set(batch.families)}
    assert set(rows) == {"normal", "uniform", "zeros", "ones", "pixels", "constant"}
    assert (rows["zeros"] == 0).all() and (rows["ones"] == 1).all()
    assert rows["normal"].min() < 0
    assert rows["uniform"].min() >= 0 and rows["uniform"].max() <= 1
    assert rows["pixels"].max() > 200
    assert len(rows["zeros"]) == len(rows["ones"]) == 1


def test_ids_have_families_of_their_own():
    batch = batch_of(InputPlan("ids", (None, 9), "int32", "ids", 50), 16)
    largest = batch.arrays[0][[name == "largest ids" for name in batch.families]]
    assert (largest == 49).all() and len(largest)
    assert "zeros" not in batch.families


def test_a_declared_range_is_kept_and_its_ends_are_tried():
    plan = InputPlan("x", (None, 60), "float32", low=-2.0, top=7.0)
    batch = batch_of(plan, 16)
    rows = {name: batch.arrays[0][[n == name for n in batch.families]] for name in set(batch.families)}
    assert batch.arrays[0].min() == -2 and batch.arrays[0].max() == 7
    assert (rows["low end"] == -2).all() and (rows["high end"] == 7).all()
    assert set(np.unique(rows["corners"])) == {-2.0, 7.0}
    assert (rows["zeros"] == 0).all()
    assert "zeros" not in made.pattern_of((plan._replace(low=1.0),))
    assert np.isfinite(batch_of(plan._replace(top=float("inf"))).arrays[0]).all()


def test_a_fixed_batch_is_of_one_family():
    assert made.families(6, 2)[:4] == ("normal", "normal", "uniform", "uniform")
    assert made.fixed_batch((InputPlan("x", (2, 3), "float32"),)) == 2
    assert made.fixed_batch((InputPlan("x", (None, 3), "float32"),)) is None
    assert made.fixed_batch((InputPlan("x", None, "float32"),)) is None


def test_the_same_seed_gives_the_same_batch():
    plan = InputPlan("x", (None, 4), "float32")
    assert (batch_of(plan).arrays[0] == batch_of(plan).arrays[0]).all()


def test_unknown_lengths_are_tried_one_after_another():
    guesses = list(made.shape_guesses((InputPlan("x", (None, None, None, None), "float32"),)))
    assert guesses[0] == ((64, 64, 3),)
    assert len(guesses) == len(set(guesses)) > 2
    assert list(made.shape_guesses((InputPlan("x", (None, 8), "float32"),))) == [((8,),)]


def test_large_rows_mean_few_of_them():
    assert made.rows_for(((8,),), 32) == 32
    assert made.rows_for(((224, 224, 3),), 32) == 6
    assert made.rows_for(((4096, 4096, 3),), 32) == 4
    assert made.rows_for(((4096, 4096, 3),), 2) == 2


def test_text_and_pictures():
    words = batch_of(InputPlan("t", (None, 1), "string", "text")).arrays[0]
    assert words.shape == (16, 1) and isinstance(words[0, 0], bytes)
    pictures = batch_of(InputPlan("t", (None,), "string", "image-file")).arrays[0]
    assert pictures[0].startswith(b"\x89PNG")
