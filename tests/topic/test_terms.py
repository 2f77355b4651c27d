"""Key terms and what is near in theme: held to the textbook's TF-IDF, the same in any order of work, never the text itself."""

import math
import subprocess
import sys
from collections import Counter

import pytest

from screening.text.segment import segmenter
from screening.topic import terms
from screening.topic.terms import likenesses, terms_of

READING = "书箱 共读 书箱 读书会 教师"
BOXES = "书箱 共读 漂流 教师"
GAUGE = "仪器 实验 教师 量杯"
SCREEN = "屏幕 直播 教师 网络"


def about(*texts, own=None):
    return likenesses(iter(texts), len(texts), len(texts) if own is None else own)


def textbook(texts):
    """TF-IDF as the books have it: (1 + log tf) × (1 + log((1 + n) / (1 + df))), rows of length one."""
    n, df = len(texts), Counter(w for t in texts for w in set(t.split()))
    rows = []
    for t in texts:
        row = {w: (1 + math.log(c)) * (1 + math.log((1 + n) / (1 + df[w]))) for w, c in Counter(t.split()).items()}
        length = math.sqrt(sum(v * v for v in row.values()))
        rows.append({w: v / length for w, v in row.items()})
    return rows


def test_terms_and_cosines_are_the_textbooks():
    texts = [READING, BOXES, GAUGE, SCREEN]
    rows = textbook(texts)
    for n, found in enumerate(about(*texts)):
        assert set(found.terms) == set(rows[n])
        weights = [rows[n][t] for t in found.terms]
        assert weights == sorted(weights, reverse=True)
        cosines = {m: sum(v * rows[m].get(w, 0) for w, v in rows[n].items()) for m in range(4) if m != n}
        best = max(cosines, key=cosines.get)
        if cosines[best] >= terms.LIKE:
            assert (found.nearest, found.similarity) == (best, pytest.approx(cosines[best], abs=1e-4))
        else:
            assert found.nearest is None


def test_a_text_is_never_its_own_neighbour_and_the_earlier_of_equals_is_it():
    first, second, third = about(READING, READING, READING)
    assert (first.nearest, second.nearest, third.nearest) == (1, 0, 0)
    assert about(READING)[0].nearest is None


def test_nothing_in_common_is_nothing_near_and_no_words_are_no_trouble():
    assert [f.nearest for f in about("书箱 共读", "仪器 实验", "")] == [None, None, None]
    assert about("", "") == about("", "")
    assert about("", "")[0].terms == ()
    assert about() == []


def test_only_the_batch_is_told_of_but_beside_everybody():
    found = about(READING, GAUGE, BOXES, own=2)
    assert len(found) == 2
    assert found[0].nearest == 2


def test_the_size_of_the_chunks_changes_nothing(monkeypatch):
    texts = [f"{READING} 甲{n % 7}甲 乙{n % 5}乙 丙{n % 3}丙" for n in range(30)]
    whole = about(*texts)
    monkeypatch.setattr(terms, "ROWS", 7)
    assert about(*texts) == whole
    assert any(f.nearest is not None for f in whole)


def test_many_texts_share_their_terms_or_have_none():
    texts = [f"书箱 共读 独{n}独 {'漂流' if n < 8 else '量杯'}" for n in range(20)]
    found = about(*texts)
    assert {t for f in found for t in f.terms} == {"漂流"}  # 书箱 and 量杯 are in more than half, 独3独 in one text


def test_terms_leave_out_names_counts_and_words_of_every_day():
    text = "石榴镇的老师们第三次参加国培，三十六所学校送教下乡，我们的学校也在学习，用AI备课。"
    said = terms_of(text, segmenter(), ("石榴镇中心小学", "周明远")).split()
    assert "国培" in said and "送教下乡" in said and "ai" in said
    assert not {"石榴", "石榴镇", "第三次", "三十六", "我们", "学校", "的"} & {*said}


def test_a_case_by_itself_loads_no_scikit_learn():
    code = (
        "import sys; from screening import api, load_rulebook; from screening.case import Case, CaseInfo;"
        "from screening.document import Document;"
        "r = api.screen(Case(CaseInfo(id='x'), Document.from_lines(['一、案例概要', '教师参加培训。' * 90])));"
        "assert r.score is not None and r.vicinity is None; assert 'sklearn' not in sys.modules and 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
