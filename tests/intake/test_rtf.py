"""RTF by our own reader: code pages, groups, fields, tables, stories, what can not be seen."""

import pytest

from screening.errors import UnreadableError
from screening.intake import read


def rtf(body):
    head = r"{\rtf1\ansi\ansicpg936\uc1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset134 B{\*\falt C};}{\f2\fcharset136 D;}}"
    colours = r"{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}{\info{\title T}{\author Zhou}}"
    return (head + colours + body + "}").encode("latin-1")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"\f1 \'b9\'fa\'c5\'e0\par", ["国培"]),
        (r"\f2 \'b0\'ea\par", ["國"]),
        (r"\u22269?\u-10179?\u-9158?\par", ["国\U0001f43a"]),
        (r"\uc2\u22269\'b9\'fa a{\uc0\u22521 b}\par", ["国 a培b"]),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}} {\*\unknown no}a\*\cs2 b{\pict 00ff}\par", ["link ab"]),
        (r"{\field{\*\fldinst EQ \\\\o(\\\\s\\\\up 9(guo),x)}{\fldrslt }}\par", ["x"]),
        (r"a\tab b\line c\_d\~e\{\}\par", ["a\tb", "c-d\xa0e{}"]),
        (r"{\upr{one}{\*\ud{two}}}{\listtext 1.}\par", ["two"]),
        (r"\bin3 }}{a\par", ["a"]),
    ],
)
def test_text(body, expected):
    assert list(read(rtf(body), "x.rtf").document) == expected


def test_stories_tables_and_the_author():
    body = (
        r"{\header\pard h\par}a{\footnote n}{\footnote\ftnalt e}{\*\annotation c}"
        r"{\shp{\*\shpinst{\sp{\sn x}}{\shptxt b\par}}{\shprslt{\*\do{\dptxbxtext twice\par}}}}\par"
        r"\trowd\intbl one\cell two\cell\row\pard end\par"
    )
    intake = read(rtf(body), "x.rtf")
    found = [(intake.document.quote(q.span), q.story.value, q.table) for q in intake.document.paragraphs]
    assert found == [
        ("a", "body", False),
        ("one", "body", True),
        ("two", "body", True),
        ("end", "body", False),
        ("b", "textbox", False),
        ("n", "footnote", False),
        ("e", "endnote", False),
        ("h", "header", False),
        ("c", "comment", False),
    ]
    assert intake.properties["creator"] == "Zhou" and intake.format == "rtf"


def test_what_can_not_be_seen_is_evidence():
    body = r"a{\v hid}{\cf1 white}{\fs4 tiny}{\deleted gone}{\revised new}\par"
    intake = read(rtf(body), "x.rtf")
    assert list(intake.document) == ["anew"]
    assert {w.code: w.quote for w in intake.warnings} == {
        "hidden_text": "hid",
        "white_text": "white",
        "tiny_text": "tiny",
        "deletions": "gone",
        "insertions": "new",
    }


def test_groups_without_end_are_refused():
    with pytest.raises(UnreadableError) as caught:
        read(b"{\\rtf1 " + b"{" * 100_000, "x.rtf")
    assert caught.value.code == "too_deep"
