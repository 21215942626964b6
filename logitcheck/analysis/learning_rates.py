"""Learning rates as they are usually chosen, by optimizer.

Every range holds the defaults of Keras 3 and of tf_keras. Sources of the ends: Bengio 2012 (arXiv:1206.5533,
section 3.1.1: 1e-6 to 1 for plain gradient descent), Kingma and Ba 2015 (arXiv:1412.6980: 0.001 for Adam,
0.002 for Adamax), Devlin 2018 (arXiv:1810.04805: fine-tuning with Adam at 2e-5), Loshchilov and Hutter 2019
(arXiv:1711.05101), Zeiler 2012 (arXiv:1212.5701: Adadelta needs no factor, so 1), Chen 2023
(arXiv:2302.06675: Lion takes 3 to 10 times less than AdamW), You 2020 (arXiv:1904.00962), Shazeer and Stern
2018 (arXiv:1804.04235), McMahan 2013 (FTRL).
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Usual(NamedTuple):
    """A range of learning rates, both ends in use."""

    low: float
    high: float


ADAM = Usual(1e-6, 1e-2)
USUAL = {
    "SGD": Usual(1e-6, 1.0),
    "RMSprop": Usual(1e-6, 1e-2),
    "Adam": ADAM,
    "AdamW": ADAM,
    "Adamax": ADAM,
    "Nadam": ADAM,
    "ScheduleFreeAdamW": ADAM,
    "Lamb": Usual(1e-5, 0.1),
    "Lion": Usual(1e-7, 1e-3),
    "Adafactor": Usual(1e-5, 0.1),
    "Adagrad": Usual(1e-4, 1.0),
    "Adadelta": Usual(1e-4, 1.0),
    "Ftrl": Usual(1e-4, 1.0),
    "Muon": Usual(1e-5, 0.1),
}
"""Optimizers of Keras by class name."""


def usual(optimizer: str) -> Usual | None:
    """Return the range of an optimizer, None for one that is not Keras's."""
    return USUAL.get(optimizer)


def times_off(rate: float, span: Usual) -> float:
    """Return by what factor a rate lies outside a range: 1 inside, infinity for 0, a negative one or NaN."""
    if not rate > 0.0 or math.isinf(rate):
        return math.inf
    return max(span.low / rate, rate / span.high, 1.0)
