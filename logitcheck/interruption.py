"""Ctrl-C and SIGTERM: both interrupt, and neither is forgotten.

Python drops an exception that a signal's handler raises inside a callback (after a fork, in a destructor), so
the wish to stop is kept as well, for whoever goes through a long list to look at.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import ClassVar

STOPPING = frozenset((signal.SIGINT, signal.SIGTERM))
"""The signals that ask a program to end."""


class _Wish:
    """Whether somebody asked this process to stop."""

    uttered: ClassVar[bool] = False


def listen() -> None:
    """Raise KeyboardInterrupt on either signal from now on, except on one that is ignored on purpose."""
    _Wish.uttered = False
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def check() -> None:
    """Raise KeyboardInterrupt where one was asked for and got lost."""
    if _Wish.uttered:
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    _Wish.uttered = True
    raise KeyboardInterrupt
