"""Calls of raw ops: suppression of boxes, decoders of label sequences, fused recurrent cells."""

from __future__ import annotations

import numpy as np

from tests.analysis.laws.bench import Box
from tests.analysis.laws.calls import Call, n

BOXES = Box((6, 4), 0.0, 1.0)
SCORES = Box((6,), 0.1, 0.9)
NUMBER, LOW = n(3), n(0.2, "float32")
STEPS = Box((5, 2, 4), -4.0, 4.0)
X, CELL, STATE, PEEP = Box((2, 4)), Box((2, 3)), Box((2, 3), -1.5, 1.5), Box((3,))


def suppressions() -> list[Call]:
    calls: list[Call] = [("NonMaxSuppression", [BOXES, SCORES, NUMBER], {"iou_threshold": 0.5})]
    calls += [("NonMaxSuppressionV2", [BOXES, SCORES, NUMBER, LOW], {})]
    calls += [("NonMaxSuppressionV3", [BOXES, SCORES, NUMBER, LOW, LOW], {})]
    calls += [
        ("NonMaxSuppressionV4", [BOXES, SCORES, n(9), LOW, LOW], {"pad_to_max_output_size": True}),
        ("NonMaxSuppressionV5", [BOXES, SCORES, n(9), LOW, LOW, LOW], {"pad_to_max_output_size": True}),
        ("NonMaxSuppressionWithOverlaps", [Box((6, 6), 0.0, 1.0), SCORES, NUMBER, LOW, LOW], {}),
    ]
    many, sure = Box((2, 6, 1, 4), -1.0, 2.0), Box((2, 6, 3), 0.3, 0.9)
    for clip in (True, False):
        calls += [("CombinedNonMaxSuppression", [many, sure, n(2), n(4), LOW, LOW], {"clip_boxes": clip})]
    return calls


def sequences() -> list[Call]:
    time, lengths = n(3, "int64"), np.array([5, 3], "int32")
    peepholes = [PEEP, PEEP, PEEP]
    return [
        ("CTCGreedyDecoder", [STEPS, lengths], {}),
        ("LSTMBlockCell", [X, CELL, STATE, Box((7, 12)), *peepholes, Box((12,))], {}),
        ("BlockLSTM", [time, Box((3, 2, 4)), CELL, STATE, Box((7, 12)), *peepholes, Box((12,))], {}),
        ("GRUBlockCell", [X, STATE, Box((7, 6)), Box((7, 3)), Box((6,)), Box((3,))], {}),
    ]


DETECTORS = suppressions() + sequences()
