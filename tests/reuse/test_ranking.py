"""Which candidates are compared: a source of one paragraph is not lost behind any number of copies of the rest."""

import random

import pytest

from screening.document import Span
from screening.library import open_library
from screening.reuse.corpus import Comparable, JoinedCorpus, MemoryCorpus
from screening.reuse.ranking import TOP
from tests.library.texts import entry
from tests.writing import noise, varied

TAKEN = (
    "那年冬天，灶房的烟囱冒了三回烟，老周才把炉子捅开。他让每个孩子带一块自家的炭，黑的、灰的、没烧透的都算，排在窗台上认。"
    "谁认得出自己那块，谁就先讲它从哪座窑里来。讲到第九块，外头下雪了，没有人肯回家，连来接人的爷爷也蹲在门槛上听。"
)
HOST = noise(random.Random(1), 2400)
CASE = HOST[:1200] + "\n" + varied(random.Random(2), TAKEN, 0.12) + "\n" + HOST[1200:]


def side(text, name):
    return Comparable(name, text, (Span(0, len(text)),), place="archive")


def partners(n, text):
    rng = random.Random(n)
    return [varied(rng, text) for _ in range(n)]


def source():
    return noise(random.Random(3), 900) + TAKEN + noise(random.Random(4), 900)


@pytest.mark.parametrize("n", [TOP - 2, 60])
@pytest.mark.parametrize("also_copied", [False, True], ids=["copies of the rest", "copies of all"])
def test_a_paragraph_s_source_is_found_beside_copies_of_the_whole(n, also_copied):
    texts = [source(), *partners(n, CASE if also_copied else HOST)]
    near = MemoryCorpus([side(t, f"d{i:03}") for i, t in enumerate(texts)]).near(side(CASE, "x"))
    assert len(near) == min(TOP, n + 1)
    assert "d000" in {c.id for c in near}
    assert [c.score for c in near] == sorted((c.score for c in near), reverse=True)


def test_of_texts_that_took_one_half_each_both_halves_are_heard():
    rng = random.Random(5)
    texts = [varied(rng, HOST[:1600]) for _ in range(40)] + [varied(rng, HOST[1700:]) for _ in range(5)]
    near = MemoryCorpus([side(t, f"d{i:03}") for i, t in enumerate(texts)]).near(side(HOST, "x"))
    assert {f"d{i:03}" for i in range(40, 45)} <= {c.id for c in near}


def test_the_archive_and_the_batch_beside_it_choose_as_a_corpus_in_memory(tmp_path):
    entries = [entry(0, source()), *(entry(n, t) for n, t in enumerate(partners(40, HOST), 1))]
    memory = MemoryCorpus([e.comparable() for e in entries])
    case = side(CASE, "x")
    with open_library(tmp_path / "archive.db", create=True) as library:
        list(library.add_many(entries))
        library.pack()
        found = [(c.id, c.shared) for c in library.near(case)]
        assert found == [(c.id, c.shared) for c in memory.near(case)]
        assert entries[0].id in {i for i, _ in found}
        batch = MemoryCorpus([case, *(side(t, f"b{n:02}") for n, t in enumerate(partners(30, HOST)))])
        both = JoinedCorpus((batch, library), library.rarity)
        assert entries[0].id in {c.id for c in both.near(case)}
