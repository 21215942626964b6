"""What the probe saw of the user's own data and of its families of inputs, in the report for people.

The figures come from the model's own process, so nothing is taken for granted of their form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from logitcheck.report.clean import clean
from logitcheck.report.layout import Line, Piece, line
from logitcheck.report.outputs import number

BAR = 20
"""Characters of a bar that stands for 100 %."""

SHOWN = 6
"""Classes that are told one by one."""

SIGNATURES = {
    "training": "runs the Keras model in the file in training mode",
    "softmax": "is the softmax of what the Keras model in the file answers",
    "sigmoid": "is the sigmoid of what the Keras model in the file answers",
    "other-weights": "reads none of the weights of the Keras model in the file",
    "otherwise": "computes something of its own beside the Keras model in the file",
}
"""What a signature was measured to be, in words."""


def data_lines(details: Mapping[str, Any]) -> Iterator[Line]:
    """Yield a line on the user's data as a whole."""
    data = _part(details, "data")
    if not data:
        return
    words = [f"{clean(str(data.get('file')), 80)}: {data.get('rows')} rows"]
    if data.get("complete") is False:
        words.append("of more: the time was up (--probe-timeout)")
    if data.get("left_over"):
        words.append(f"{data['left_over']} left out, which fill no batch of the fixed length")
    if data.get("scale"):
        words.append(f"images brought to {clean(str(data['scale']), 20)} (--image-scale)")
    yield line(Piece("your data ", "dim"), "; ".join(words), indent=2, hang=10)


def output_data_lines(name: str, details: Mapping[str, Any], verbose: bool) -> Iterator[Line]:
    """Yield what families of inputs did to one output, how it meets the Keras model and its labels."""
    yield from _family_lines(name, _part(details, "families"), verbose)
    yield from _signature_lines(_part(_part(details, "signature"), name), verbose)
    seen = _part(_part(details, "labels"), name)
    if seen.get("problem"):
        yield _row("labels", f"not compared: {clean(str(seen['problem']), 200)}")
    if seen:
        yield from _score_lines(seen, _names(details, name))


def _family_lines(name: str, families: Mapping[str, Any], verbose: bool) -> Iterator[Line]:
    """Yield a line per family, where some have NaN or Inf and others not."""
    told = {family: _part(answers, name) for family, answers in families.items()}
    told = {family: answer for family, answer in told.items() if answer}
    broken = [bool(_number(answer, "nan") or _number(answer, "inf")) for answer in told.values()]
    if len(told) < 2 or not (verbose or (any(broken) and not all(broken))):
        return
    for (family, answer), bad in zip(told.items(), broken, strict=True):
        low, high = _number(answer, "min"), _number(answer, "max")
        span = "nothing finite" if low is None or high is None else f"{number(low)} to {number(high)}"
        counts = [f"{answer[key]} {key}" for key in ("nan", "inf") if answer.get(key)]
        text = f"{', '.join([*counts, span])} ({answer.get('rows')} rows)"
        title = Piece(f"on {clean(str(family), 40):<15}", "dim")
        yield line(title, Piece(text, "error" if bad else ""), indent=4, hang=18)


def _signature_lines(seen: Mapping[str, Any], verbose: bool) -> Iterator[Line]:
    """Yield what the signature is beside the Keras model in the same file, where that is worth a line."""
    meaning, gap = clean(str(seen.get("is")), 40), _number(seen, "difference")
    if not seen or (meaning == "model" and not verbose):
        return
    apart = "" if gap is None else f" (largest difference {number(gap)})"
    agrees = "answers what the Keras model in the file answers"
    text = agrees if meaning == "model" else SIGNATURES.get(meaning, SIGNATURES["otherwise"])
    yield _row("signature", f"{text}{apart}")


def _score_lines(seen: Mapping[str, Any], names: list[str]) -> Iterator[Line]:
    loss, accuracy = _part(seen, "loss"), _number(seen, "accuracy")
    if (value := _number(loss, "value")) is not None:
        marks = [
            f"{word} {number(mark)}"
            for key, word in (("floor", "floor"), ("chance", "chance"), ("prior", "always the class shares"))
            if (mark := _number(loss, key)) is not None
        ]
        yield _row("its loss", f"{number(value)} on your data" + (f" ({', '.join(marks)})" if marks else ""))
    if accuracy is None:
        return
    chance, majority = _number(seen, "chance") or 0.0, _number(seen, "majority") or 0.0
    most = _class(seen.get("majority_class"), names)
    yield _row(
        "accuracy",
        f"{accuracy:.1%} {_bar(accuracy)} chance {chance:.1%}, always {most} {majority:.1%} "
        f"({seen.get('rows')} labels)",
    )
    if (luck := _number(seen, "by_luck")) is not None:
        yield _row("", f"{luck:.1%} if the answers had nothing to do with the labels")
    if (better := _number(_part(seen, "reordered"), "accuracy")) is not None and better > accuracy:
        yield _row("", f"{better:.1%} if the classes were read in another order")
    yield from _class_lines(seen, names)
    calibration = _part(seen, "calibration")
    error, confidence = _number(calibration, "ece"), _number(calibration, "confidence")
    if error is not None and confidence is not None:
        yield _row("ECE", f"{error:.3f} (expected calibration error); mean confidence {confidence:.1%}")
    confused = _part(seen, "confused")
    pair = confused.get("classes")
    if isinstance(pair, list) and len(pair) == 2:
        both = " and ".join(_class(one, names) for one in pair)
        yield _row("confused", f"{both} most: {confused.get('rows')} of their {confused.get('of')} rows")


def _class_lines(seen: Mapping[str, Any], names: list[str]) -> Iterator[Line]:
    """Yield the class counts as bars, and the weights that would balance them where they are uneven."""
    told = seen.get("counts")
    counts = [count for count in told if isinstance(count, int)] if isinstance(told, list) else []
    imbalance, total = _number(seen, "imbalance") or 1.0, sum(counts)
    if imbalance < 1.5 or not total:
        return
    wide = max(len(_class(place, names)) for place in range(len(counts[:SHOWN])))
    for place, count in enumerate(counts[:SHOWN]):
        name = f"{_class(place, names):<{wide}}"
        yield _row("classes" if not place else "", f"{name} {_bar(count / total)} {count}")
    if len(counts) > SHOWN:
        yield _row("", f"and {len(counts) - SHOWN} more")
    weights = list(_part(seen, "weights").items())
    shown = ", ".join(f"{clean(key, 12)}: {number(value)}" for key, value in weights[:SHOWN] if _is(value))
    more = ", ..." if len(weights) > SHOWN else ""
    yield _row("balance", f"{number(imbalance)} to 1; class_weight={{{shown}{more}}} evens it out")


def _row(title: str, text: str) -> Line:
    return line(Piece(f"{title:<10}", "dim"), text, indent=4, hang=10)


def _bar(share: float) -> str:
    filled = round(BAR * min(max(share, 0.0), 1.0))
    return f"[{'#' * filled}{'.' * (BAR - filled)}]"


def _names(details: Mapping[str, Any], output: str) -> list[str]:
    """Return the names of the classes, where the data tell them."""
    data = _part(details, "data")
    found = _part(data, "words").get(output) or data.get("classes")
    return [str(name) for name in found] if isinstance(found, list) else []


def _class(place: Any, names: list[str]) -> str:
    known = isinstance(place, int) and 0 <= place < len(names)
    return clean(names[place], 40) if known else f"class {place}"


def _part(told: Any, key: str) -> Mapping[str, Any]:
    part = told.get(key) if isinstance(told, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _is(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(told: Mapping[str, Any], key: str) -> float | None:
    value = told.get(key)
    return value if _is(value) else None
