"""The list of changed characters: what was changed, of which kind, where; every cut-off with its number."""

import pytest

from screening.document import Span
from screening.text.repairs import SHOWN, RepairKind, Repairs, repairs_of
from screening.text.view import fold

PLAIN = "已在 ABC 土坡上的老师，2023年走了三里路；NOTE 一：国培计划（第3期）。"


def kinds(text):
    return {k.value: n for k, n in repairs_of(text, fold(text)).counts.items()}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (PLAIN, {}),
        ("", {}),
        ("教師學習", {"traditional": 3}),
        ("\u0430pp和рeop1e", {"look-alike": 2}),
        ("⼈工智能", {"compatibility": 1}),
        ("第１２期", {"full-width": 2}),
        ("国\u200b培\u00ad计\ufe0f划", {"zero-width": 3}),
        ("国\u0336培\ue001计", {"mark": 2}),
        ("".join(f"{c}xy" for c in "每周三下午去村里听课"), {"inserted": 20}),
    ],
)
def test_each_change_has_its_kind(text, want):
    assert kinds(text) == want


def test_neighbours_of_a_kind_are_one_place_and_the_rest_is_counted():
    text = "國際，" * (SHOWN + 5)
    found = repairs_of(text, fold(text))
    assert (found.of, len(found.items)) == (SHOWN + 5, SHOWN)
    assert found.items[1].span == Span(3, 5)
    assert found.characters == 2 * (SHOWN + 5)
    assert Repairs.from_json(found.to_json()) == found
    assert found.to_json()["shown"] == SHOWN


def test_only_the_compared_text_is_asked():
    text = "國際\n国培\n國際"
    assert repairs_of(text, fold(text, [Span(3, 5)])) == Repairs()
    assert repairs_of(text, fold(text, [Span(0, 2)])).counts == {RepairKind.TRADITIONAL: 1 + 1}
