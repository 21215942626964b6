"""Every rule against its own examples, one rule at a time, and every rule file's form."""

from __future__ import annotations

import re

import pytest

from logitcheck.rules.catalogue import catalogue, concerning, families, rule_modules, rules_of
from logitcheck.rules.rule import Example, Rule, run

FAMILIES = {
    "loss": "LC1",
    "output": "LC2",
    "numerics": "LC3",
    "stored": "LC3",
    "training": "LC4",
    "learning": "LC4",
    "file": "LC5",
    "safety": "LC6",
}


def examples(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{example.title}")
        for rule in catalogue()
        for example in getattr(rule, kind)
    ]


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad_example_is_found(rule: type[Rule], example: Example) -> None:
    findings = list(run([rule()], example.build()))
    assert findings, "nothing was found"
    assert {finding.rule for finding in findings} == {rule.code}
    if example.at is not None:
        places = [(f.location.output, f.location.layer, f.location.node, f.location.weight) for f in findings]
        assert any(example.at in place for place in places), places
    for finding in findings:
        assert finding.message and finding.why and finding.fix


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_family_is_concerned_by_what_its_rules_find(rule: type[Rule], example: Example) -> None:
    assert rule in concerning(example.build())


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good_example_is_left_alone(rule: type[Rule], example: Example) -> None:
    assert [finding.message for finding in run([rule()], example.build())] == []


@pytest.mark.parametrize("module", [module for family in families() for module in rule_modules(family)])
def test_rule_file_holds_one_rule(module: str) -> None:
    (rule,) = rules_of(module)
    folder, file = module.split(".")[-2:]
    assert re.fullmatch(r"LC\d{3}", rule.code)
    assert rule.code.startswith(FAMILIES[folder])
    assert file.startswith(rule.code.lower())
    assert rule.name.replace("-", "_") == file.partition("_")[2]


@pytest.mark.parametrize("rule", catalogue(), ids=lambda rule: rule.code)
def test_docstring_says_what_why_and_fix(rule: type[Rule]) -> None:
    parts = (rule.__doc__ or "").strip().split("\n\n")
    assert len(parts) == 3, "what is wrong, why it hurts, and the fix"
    assert re.search(r"\d", parts[1]), "the second part gives a number"
    assert parts[2].strip().startswith("Fix:")
    assert rule.info().summary and rule.info().why and rule.info().fix
    assert rule.bad and rule.good


def test_codes_and_names_are_unique() -> None:
    names = [rule.name for rule in catalogue()]
    assert len(names) == len(set(names))
    assert [rule.code for rule in catalogue()] == sorted(rule.code for rule in catalogue())
