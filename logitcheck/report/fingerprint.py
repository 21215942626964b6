"""A mark for every finding that stays the same from run to run and from machine to machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from logitcheck.finding import Finding


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return one mark per finding, in order.

    The mark is the beginning of the SHA-256 of rule and location. The file's path, texts and figures take no
    part: a moved file or a better worded rule keeps its marks. Several findings of one rule at one place are
    counted.
    """
    import hashlib

    seen: Counter[tuple[str, ...]] = Counter()
    marks = []
    for finding in findings:
        place = finding.location
        facts = (
            finding.rule,
            *(part or "" for part in (place.output, place.layer, place.node, place.weight)),
        )
        seen[facts] += 1
        text = "\0".join((*facts, str(seen[facts])))
        marks.append(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32])
    return marks
