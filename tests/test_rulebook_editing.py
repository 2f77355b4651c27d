"""Rulebooks that are edited: errors name the line, single values change alone, and what differs is told rule by rule."""

import re
import tomllib
from datetime import date

import pytest

from screening.errors import RulebookError
from screening.rulebook import available, load_rulebook, parse_rulebook, texts_of
from screening.rulebook_difference import Difference, differences
from screening.rulebook_editing import value_at, with_values
from screening.rulebook_places import places

TOML, NOTICE = texts_of()


def scalars(data, path=""):
    for key, value in data.items():
        here = f"{path}.{key}" if path else key
        rows = value if isinstance(value, list) and value and isinstance(value[0], dict) else None
        if isinstance(value, dict):
            yield from scalars(value, here)
        elif rows:
            for n, row in enumerate(rows):
                yield from scalars(row, f"{here}[{n}]")
        else:
            yield here, value


@pytest.mark.parametrize("name", available())
def test_every_value_of_a_shipped_rulebook_is_found_where_it_stands(name):
    toml, _ = texts_of(name)
    found, lines = places(toml), toml.split("\n")
    values = dict(scalars(tomllib.loads(toml)))
    assert len(values) > 200
    for path, value in values.items():
        place = found[path]
        assert tomllib.loads(f"x = {toml[place.start : place.end]}")["x"] == value
        assert lines[place.line - 1].startswith(path.rpartition(".")[2])


ODD = """\
# 一
title = "a = 1 # 不是"   # 注
list = [ # 注 ]
  "]", 'x', # [
]
text = \"\"\"
[不是表]
k = 3
\"\"\"
"带 引号".x = 1
[ a . b ]
c = { d = [1] }
[[a.b.rows]]
n = 1
[[a.b.rows]]
n = 2
[[a.b.rows.sub]]
m = 3"""


def test_odd_toml_has_its_places_too():
    found = places(ODD)
    assert {path: p.line for path, p in found.items()} == {
        "title": 2,
        "list": 3,
        "text": 6,
        "带 引号.x": 10,
        "a.b": 11,
        "a.b.c": 12,
        "a.b.rows[0]": 13,
        "a.b.rows[0].n": 14,
        "a.b.rows[1]": 15,
        "a.b.rows[1].n": 16,
        "a.b.rows[1].sub[0]": 17,
        "a.b.rows[1].sub[0].m": 18,
    }
    assert ODD[found["list"].start : found["list"].end].endswith("]")


def test_two_texts_are_the_same_rulebook_as_two_files():
    there, here = load_rulebook(), parse_rulebook(TOML, NOTICE, "x")
    assert (here.id, here.digest, here.rules()) == (there.id, there.digest, there.rules())


WRONG = [
    ("max = 3000", 'max = "三千"', "应为整数"),
    ('use = "sections"', 'use = "sectoins"', "没有名为"),
    ('severity = "note"', 'severity = "nite"', "不受支持"),
    ("min_data = 5", "min_dta = 5", "不认识的键"),
    ("year = 2023", "yaer = 2023", "不认识的键"),
    ('id = "work_case.length.thin"', 'id = "work_case.length"', "重复"),
    ('quote = "每个案例要有独立标题"', 'quote = "每个案例要有标题"', "不在通知原文中"),
    ("last = 2024-01-25", "last = 2024-13-25", "不是有效的 TOML"),
    ("topic = 35", "topic = 36", "加起来应为 100"),
]


@pytest.mark.parametrize(("good", "bad", "said"), WRONG)
def test_an_error_names_the_line(good, bad, said):
    broken = TOML.replace(good, bad, 1)
    line = broken[: broken.index(bad)].count("\n") + 1
    with pytest.raises(RulebookError) as caught:
        parse_rulebook(broken, NOTICE, "草稿")
    assert said in caught.value.message
    named = int(re.match(r"草稿：第 (\d+) 行", caught.value.message)[1])
    assert named == line if "topic" not in good else named == line - 1  # the sum is the table's


def test_single_values_change_alone():
    changes = {
        "kinds.work_case.checks[0].max": 2800,
        "kinds.work_case.checks[15].last": date(2024, 2, 1),
        "kinds.work_case.checks[2].state": "off",  # not there yet
        "kinds.work_case.score.topic": 34.5,
        "kinds.work_case.score.form": 15.5,
    }
    text = with_values(TOML, changes)
    data = tomllib.loads(text)
    assert {path: value_at(data, path) for path in changes} == changes
    before, after = TOML.split("\n"), text.split("\n")
    assert len(after) == len(before) + 1
    assert len(set(after) - set(before)) == 5
    assert sum("#" in line for line in after) == sum("#" in line for line in before)


def test_a_value_without_a_place_is_refused():
    with pytest.raises(ValueError, match=r"score"):
        with_values("[a]\nscore = { x = 1 }\n", {"a.score.x": 2})
    for path in ("nowhere.x", "a.b[3].x"):
        with pytest.raises((ValueError, LookupError)):
            with_values("[a]\nb = 1\n", {path: 2})


def test_what_differs_is_told_rule_by_rule():
    old = load_rulebook()
    assert differences(old, parse_rulebook(TOML + "# 注释不算\n", NOTICE, "x")) == ()
    text = with_values(TOML, {"kinds.work_case.checks[0].max": 2800})
    text = text.replace('"教体局", ', "", 1).replace('name = "推广价值"', 'name = "推广"', 1)
    dropped = re.search(r'\[\[kinds\.work_case\.checks\]\]\nuse = "figures".*?\n\n', text, re.DOTALL)[0]
    new = parse_rulebook(text.replace(dropped, "", 1), NOTICE + "\n附记", "x")
    found = differences(old, new)
    assert [(d.part, d.name, d.what) for d in found] == [
        ("whole", "", "changed"),
        ("unit_types", "", "changed"),
        ("section", "推广", "added"),
        ("section", "推广价值", "removed"),
        ("rule", "work_case.length", "changed"),
        ("rule", "work_case.figures", "removed"),
    ]
    length = next(d for d in found if d.name == "work_case.length")
    assert isinstance(length, Difference)
    assert [(f.name, f.before, f.after) for f in length.fields] == [("max", 3000, 2800)]
