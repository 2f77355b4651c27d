"""Masks: as long as what they hide, wide enough, and blind to ordinary figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.output.privacy import masked, masked_report
from tests import samples


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("13800000101", "138****0101"),
        ("138-0000-0101", "138-****-0101"),
        ("+86 13800000101", "+86 1******0101"),
        ("１３８０００００１０１", "１３８****０１０１"),
        ("11010519491231002X", "110***********002X"),
        ("6222021234567890123", "622************0123"),
        ("0371-65900000", "037*-****0000"),
        ("（0371）65900000", "（037*）****0000"),
        ("liu.sishui@example.com", "l*********@example.com"),
        ("ｌ＠example", "ｌ＠example"),
    ],
)
def test_personal_numbers_and_mailboxes(written, shown):
    assert masked(f"联系：{written}。") == f"联系：{shown}。"


@pytest.mark.parametrize(
    "ordinary",
    ["2023年12月31日", "3120字", "12345678份", "1380000010元", "0.3712345678", "教师函〔2023〕950号", "a" * 40],
)
def test_ordinary_figures_stay(ordinary):
    assert masked(ordinary) == ordinary


@given(st.text(alphabet="0123456789０１X@.- +ab甲（）", max_size=60))
def test_a_mask_keeps_the_length_and_hides_once(text):
    once = masked(text)
    assert len(once) == len(text)
    assert masked(once) == once
    assert all(b in (a, "*") for a, b in zip(text, once, strict=True))


def test_a_report_without_such_data_is_shown_as_it_is():
    report = samples.report()
    assert masked_report(report).to_json() == report.to_json() | {"ledger": []}
