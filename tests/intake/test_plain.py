"""Plain text in the encodings that Chinese offices use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import UnreadableError
from screening.intake.plain import decode, read_plain

SIMPLE = "国培计划：石榴镇的教师们，围着一块屏幕听课。"
TRADITIONAL = "國語與師資培訓的經驗，老師們都說好。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text(encoding):
    assert decode(SIMPLE.encode(encoding)) == SIMPLE


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16-be"])
def test_traditional_text(encoding):
    assert decode(TRADITIONAL.encode(encoding)) == TRADITIONAL


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_that_lies(mark):
    with pytest.raises(UnreadableError) as caught:
        decode(mark + b"\x00\xd8\x00")
    assert caught.value.code == "encoding"


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\0\1\2\3" * 50, b"\x80\x81\xff" * 40])
def test_bytes_that_are_no_text(data):
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert caught.value.code in ("encoding", "unknown_format")


def test_line_ends_and_control_characters():
    data = "甲\r乙\r\n丙\n\n丁\x0c戊\x0b己\t庚\r\n\r\n".encode() + "文".encode() * 250 + b"\x07"
    assert list(read_plain(data))[:9] == ["甲", "乙", "丙", "", "丁", "戊", "己\t庚", "", "文" * 250]


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=4),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_han_in_the_common_encodings_comes_back(text, encoding):
    assert decode(text.encode(encoding)) == text
