"""Every finding that a check can give comes with a way to mend it."""

import ast
import re
from pathlib import Path

import screening
from screening.intake.warnings import SENTENCES
from screening.output.advice import GENERAL, advice_of, advices

CHECKS = Path(screening.__file__).parent / "checks"
# What stands for the variable part of a code; a check that makes a new one must be named here.
MADE = {
    "file_format": {*SENTENCES, "extension_mismatch"},
    "author_form": {"email", "phone"},
    "figures": {"sum", "over", "shares", "date", "twice"},
    "theme": {"off", "unsure"},
    "personal_data": {"id_number", "mobile", "email", "landline"},
    "outside_report": {"similarity", "ai"},
}


def codes():
    """Yield every code that the source of the checks names, those with a variable part as (check, None)."""
    for path in sorted(CHECKS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                if m := re.fullmatch(r"([a-z_]+)\.", node.values[0].value):
                    yield m[1], None
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and (m := re.fullmatch(r"([a-z_]+)\.([a-z_]+)", node.value))
                and m[1] == path.stem
            ):
                yield m[1], m[2]


def test_every_code_that_a_check_can_give_has_advice_and_no_other():
    wanted = set()
    for check, code in codes():
        wanted |= {f"{check}.{c}" for c in (MADE[check] if code is None else {code})}
    assert len(wanted) > 60
    assert wanted == set(advices())


def test_the_variable_parts_are_those_of_the_checks():
    # The word stands in the source of the check, or of what it passes on.
    sources = [*CHECKS.glob("*.py"), CHECKS.parent / "text" / "figures.py", CHECKS.parent / "topic" / "result.py"]
    said = {
        n.value
        for p in [*sources, *(CHECKS.parent / "topic").glob("*.py")]
        for n in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(n, ast.Constant)
    }
    assert {c for check, made in MADE.items() if check != "file_format" for c in made} <= said


def test_advice_is_polite_and_never_a_verdict():
    for code, words in advices().items():
        assert words.endswith("。") and 8 <= len(words) <= 120, code
        assert "抄袭" not in words and "造假" not in words, code
    assert advice_of("a_check.of_others") == GENERAL
