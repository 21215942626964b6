"""The table of laws: complete, documented, short."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from importlib import import_module

import pytest

from logitcheck.analysis import laws
from logitcheck.analysis.laws.index import FAMILIES

PACKAGE = "logitcheck.analysis.laws"
TOOLS = {"base", "curves", "folding", "guarded", "index", "mixtures", "patterns", "unit_length"}
MODULES = [m.name for m in pkgutil.iter_modules(laws.__path__)]
LIMIT = 24
"""Lines of a law that compute something; most stay under 15."""


@pytest.mark.parametrize("family", sorted(set(MODULES) - TOOLS))
def test_the_index_names_every_law_of_a_family(family: str) -> None:
    assert set(import_module(f"{PACKAGE}.{family}").LAWS) == set(FAMILIES[family].split())


def test_no_op_stands_in_two_families() -> None:
    ops = [op for names in FAMILIES.values() for op in names.split()]
    assert len(ops) == len(set(ops)) == len(laws.LAWS)
    assert set(FAMILIES) == set(MODULES) - TOOLS


def test_more_than_three_hundred_ops_have_a_law() -> None:
    assert len(laws.LAWS) > 300


def test_an_op_without_a_law_has_none() -> None:
    assert laws.LAWS.get("NoSuchOp") is None
    assert "NoSuchOp" not in laws.LAWS


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_law_states_what_it_computes_and_is_short(family: str) -> None:
    module = import_module(f"{PACKAGE}.{family}")
    tree = ast.parse(inspect.getsource(module))
    named = {law.__name__ for law in module.LAWS.values()}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in named):
        assert ast.get_docstring(function), function.name
        code = function.body[-1].end_lineno - function.body[0].end_lineno
        assert code <= LIMIT, (function.name, code)
