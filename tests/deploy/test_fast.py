"""`make test-fast` needs nothing that Python packages cannot carry."""

import ast
from pathlib import Path

import pytest

from tests.server import ROOT
from tests.tools import PROGRAMS


def asks_for_a_program(test: ast.FunctionDef) -> bool:
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    said = [node for call in calls for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return any(each.value in PROGRAMS for each in said)


def is_marked(test: ast.FunctionDef) -> bool:
    return any("pytest.mark.stack" in ast.unparse(each) for each in test.decorator_list)


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("test_*.py")), ids=lambda path: path.name
)
def test_a_test_that_asks_for_a_program_is_none_of_the_fast_ones(path):
    tests = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]

    assert [] == [each.name for each in tests if asks_for_a_program(each) and not is_marked(each)]


def test_the_fast_ones_leave_out_what_is_marked():
    recipe = (ROOT / "Makefile").read_text().partition("\ntest-fast:")[2]

    assert "not stack" in recipe.partition("\n\n")[0]
