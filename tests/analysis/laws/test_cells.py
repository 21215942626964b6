from __future__ import annotations

from tests.analysis.laws.bench import Box, derive

X = Box((1, 5, 4))


def test_an_lstm_of_tensorflow_lite_is_bounded_but_for_projections_and_other_activations() -> None:
    plain = {"shape": (1, 5, 3), "activation": "tanh", "projected": False}
    (y,) = derive("LiteLSTM", [X], plain)
    assert (y.shape, y.interval[:2]) == ((1, 5, 3), (-1.0, 1.0))
    for change in ({"projected": True}, {"activation": "other"}):
        assert not derive("LiteLSTM", [X], {**plain, **change})[0].interval.bounded


def test_the_end_of_a_detector_keeps_the_range_of_its_scores() -> None:
    arguments = [Box((1, 9, 4)), Box((1, 9, 3), 0.1, 0.8), Box((9, 4))]
    boxes, kinds, scores, count = derive("LiteDetection", arguments, {"shape": (1, 5, 4)}, 4)
    assert (boxes.shape, kinds.shape, scores.shape, count.shape) == ((1, 5, 4), (1, 5), (1, 5), (1,))
    assert (kinds.interval[:2], scores.interval[:2]) == ((0.0, 2.0), (0.0, 0.8))


def test_a_beam_search_gives_its_paths_in_turn() -> None:
    found = derive("CTCBeamSearchDecoder", [Box((7, 2, 5)), Box((2,), 0, 7, "int32")], {"top_paths": 2}, 7)
    assert [tensor.shape for tensor in found] == [(None, 2)] * 2 + [(None,)] * 2 + [(2,)] * 2 + [(2, 2)]
    assert found[2].interval[:2] == (0.0, 3.0)
