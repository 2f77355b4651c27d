"""The thorough search finds what the ordinary one has too few fingerprints for, and nothing between texts that share nothing."""

import random

import pytest

from screening.document import Span
from screening.library import open_library
from screening.reuse.compare import ORDINARY, THOROUGH, compare
from screening.reuse.corpus import Comparable, MemoryCorpus
from tests.library.texts import entry
from tests.writing import noise, varied

TAKEN = (
    "那年冬天，灶房的烟囱冒了三回烟，老周才把炉子捅开。他让每个孩子带一块自家的炭，黑的、灰的、没烧透的都算，排在窗台上认。"
    "谁认得出自己那块，谁就先讲它从哪座窑里来。"
)
SOURCE = noise(random.Random(1), 900) + TAKEN + noise(random.Random(2), 900)
OTHERS = [noise(random.Random(100 + n), 1500) for n in range(40)]
CASES = [
    noise(random.Random(200 + n), 600) + varied(random.Random(n), TAKEN, 0.28) + noise(random.Random(300 + n), 600)
    for n in range(40)
]


def side(text, name):
    return Comparable(name, text, (Span(0, len(text)),), place="archive")


def found(corpus, params, source="source"):
    return {
        n for n, t in enumerate(CASES) if source in {s.id for s in compare(side(t, "x"), corpus, params=params).sources}
    }


def test_a_short_passage_with_every_fourth_character_changed_is_found():
    texts = [side(SOURCE, "source"), *(side(t, f"d{n}") for n, t in enumerate(OTHERS))]
    ordinary = found(MemoryCorpus(texts), ORDINARY)
    thorough = found(MemoryCorpus(texts, THOROUGH.keep), THOROUGH)
    assert ordinary < thorough
    assert len(thorough) > 1.5 * len(ordinary)


def test_an_archive_is_searched_as_thoroughly_as_its_fingerprints_allow(tmp_path):
    source = entry(0, SOURCE)
    with open_library(tmp_path / "archive.db", create=True) as library:
        list(library.add_many([source, *(entry(n, t) for n, t in enumerate(OTHERS, 1))]))
        assert found(library, ORDINARY, source.id) < found(library, THOROUGH, source.id)


def test_texts_that_share_nothing_have_nothing_in_common_thoroughly():
    corpus = MemoryCorpus([side(t, f"d{n}") for n, t in enumerate(OTHERS)], THOROUGH.keep)
    for n in range(20):
        assert compare(side(noise(random.Random(500 + n), 1500), "x"), corpus, params=THOROUGH).passages == ()


@pytest.mark.parametrize("params", [ORDINARY, THOROUGH], ids=lambda p: p.name)
def test_what_is_found_is_the_same_words_on_both_sides(params):
    corpus = MemoryCorpus([side(SOURCE, "source"), *(side(t, f"d{n}") for n, t in enumerate(OTHERS))], params.keep)
    (p,) = compare(side(SOURCE, "x"), corpus, params=params).passages
    assert (p.quote, p.source_quote, p.span) == (SOURCE, SOURCE, Span(0, len(SOURCE)))
