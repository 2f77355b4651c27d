"""Every line of the audit has its name in the table, and its Chinese words on the page."""

import ast
from pathlib import Path
from typing import get_args

import service
from service.store.audit import ACTIONS, Action


def named():
    """The actions that the code writes down; mypy holds each of them to the table."""
    for path in Path(service.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("note", "_exported"):
                yield from (
                    part.value
                    for part in ast.walk(node.args[2])
                    if isinstance(part, ast.Constant) and "." in str(part.value)
                )


def test_every_action_is_in_the_table_and_the_table_has_no_other():
    assert set(ACTIONS) == set(get_args(Action))
    assert set(named()) | {"sign_in", "sign_out"} == set(ACTIONS)
    assert all(any("\u4e00" <= c <= "\u9fff" for c in words) for words in ACTIONS.values())
