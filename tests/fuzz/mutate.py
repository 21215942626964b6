"""A small mutator with a seed, for the short run that needs no fuzzer installed."""

from __future__ import annotations

from random import Random

EXTREMES = [
    b"\0",
    b"\xff",
    b"\x7f",
    b"\xff\xff\xff\xff",
    b"\xff" * 8,
    b"\0" * 8,
    b"-1",
    b"1e999",
    b"[[[",
    b"{}",
]
MAX_EDITS = 8


def mutated(data: bytes, random: Random) -> bytes:
    """Return a copy with 1 to 8 bytes or runs changed, removed, repeated or replaced."""
    text = bytearray(data)
    for _ in range(random.randint(1, MAX_EDITS)):
        at = random.randrange(len(text) + 1)
        end = min(len(text), at + random.choice([1, 1, 2, 4, 8, 64]))
        match random.randrange(5):
            case 0:
                text[at:end] = bytes(random.randrange(256) for _ in range(end - at))
            case 1:
                del text[at:end]
            case 2:
                text[at:at] = text[at:end]
            case 3:
                text[at : at + 1] = random.choice(EXTREMES)
            case _:
                source = random.randrange(len(text) + 1)
                text[at:end] = text[source : source + end - at]
    return bytes(text)
