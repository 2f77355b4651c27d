"""A view without some documents is in nothing different from an archive that never had them; on both databases."""

import json
import random
from dataclasses import replace

import pytest

from screening.case import Case, CaseInfo
from screening.document import Document
from screening.errors import LibraryError
from screening.library import open_library
from screening.pipeline import Setting, screen
from screening.reuse.compare import compare
from screening.rulebook import load_rulebook
from tests.library.texts import entry, mixed
from tests.writing import case_lines

FORM = (
    "本案例由培训团队按照统一的模板撰写，经过项目办公室组织的三轮修改，现将有关情况如实报告如下，敬请各位专家审阅指正。"
)


@pytest.fixture(scope="module")
def setting():
    return Setting.of(load_rulebook("henan-2023-950"))


def world(seed):
    """Documents with a phrase that is stock among all of them and not without ``gone``, copies of one text among these; and a probe."""
    rng = random.Random(seed)
    plain = [entry(n) for n in range(12)]
    formal = [entry(n, "\n".join([*case_lines(n), FORM])) for n in range(20, 44)]
    probe = mixed(seed, [plain[3], plain[8], formal[2]])
    probe = entry(2000, f"{probe.text}\n{FORM}")
    copies = [entry(3000 + n, f"{probe.text}\n{case_lines(500 + n)[3]}") for n in range(25)]
    gone = [*copies, *rng.sample(formal, 8), rng.choice(plain[4:8])]
    rest = [e for e in [*plain, *formal] if e not in gone]
    every = [*rest, *gone]
    rng.shuffle(every)
    return every, gone, probe


def report(case, setting, corpus):
    named = replace(setting, library={"id": corpus.snapshot(), "documents": len(corpus)})
    return json.dumps(screen(case, named, corpus).to_json(), ensure_ascii=False)


@pytest.mark.parametrize(("seed", "packed"), [(1, 0), (2, 30), (3, 69)])
def test_a_view_is_an_archive_that_never_had_them(library, tmp_path, setting, seed, packed):
    every, gone, probe = world(seed)
    list(library.add_many(every[:packed]))
    library.pack()
    list(library.add_many(every[packed:]))
    side = probe.comparable()
    case = Case(CaseInfo(id="case", title=probe.title, kind="work_case"), Document.from_lines(probe.text.split("\n")))
    with open_library(tmp_path / "别的.db", create=True) as other:
        list(other.add_many(e for e in every if e not in gone))
        view = library.view(frozenset(e.id for e in gone))
        assert (len(view), view.snapshot()) == (len(other), other.snapshot())
        assert view.rarity.size == other.rarity.size
        assert (view.rarity.frequency == other.rarity.frequency).all()
        for top in (3, 20):
            assert view.near(side, top) == other.near(side, top) != library.near(side, top)
        kin, other_kin = view.kin(side), other.kin(side)
        assert kin.candidates == other_kin.candidates
        assert (kin.weights == other_kin.weights).all()
        assert report(case, setting, view) == report(case, setting, other) != report(case, setting, library)
        whole = library.view()
        assert (whole.snapshot(), len(whole)) == (library.snapshot(), len(library))
        assert report(case, setting, whole) == report(case, setting, library)


def test_what_is_left_out_is_not_there(library):
    list(library.add_many(entry(n) for n in range(3)))
    view = library.view(frozenset([entry(1).id, "0" * 16]))
    assert len(view) == 2
    with pytest.raises(LibraryError) as error:
        view.get(entry(1).id)
    assert error.value.code == "library.no_document"
    assert library.view(frozenset(["0" * 16])).snapshot() == library.snapshot()


def test_documents_of_the_batch_say_so(library):
    list(library.add_many(entry(n) for n in range(3)))
    view = library.view(batch=frozenset([entry(1).id]))
    reuse = compare(mixed(1, [entry(1), entry(2)]).comparable(), view)
    places = {s.id: s.place for s in reuse.sources}
    assert (places.pop(entry(1).id), places.pop(entry(2).id)) == ("batch", "archive")
    assert set(places.values()) <= {"archive"}
    assert view.get(entry(1).id) is view.get(entry(1).id)  # folded once
    assert library.get(entry(1).id).place == "archive"


@pytest.mark.parametrize("packed", [False, True])
def test_a_view_stays_as_it_was_while_others_add_and_pack(library, where, packed):
    every, gone, probe = world(5)
    list(library.add_many(every))
    if packed:
        library.pack()
    side = probe.comparable()
    view = library.view(frozenset(e.id for e in gone))
    before = (view.near(side), view.kin(side).candidates, len(view), view.snapshot())
    whole = library.view()
    frequency, of_all = view.rarity.frequency.copy(), whole.rarity.frequency.copy()
    with open_library(where) as other:
        list(other.add_many(entry(4000 + n, f"{probe.text}\n第{n}篇") for n in range(5)))
        assert (view.near(side), view.kin(side).candidates, len(view), view.snapshot()) == before
        other.pack()
        other.remove(gone[0].id)  # what the view is without may go
    assert (view.near(side), view.kin(side).candidates, len(view), view.snapshot()) == before
    assert (view.rarity.frequency == frequency).all()
    assert view.intact()
    assert (whole.rarity.frequency == of_all).all()
    assert not whole.intact()


@pytest.mark.parametrize("again", [False, True])
def test_a_view_that_lost_a_document_says_so(library, where, again):
    list(library.add_many(entry(n) for n in range(4)))
    view = library.view(frozenset([entry(0).id]))
    probe = mixed(1, [entry(1)]).comparable()
    assert view.near(probe)
    with open_library(where) as other:
        other.remove(entry(1).id)
        # The same set of documents as before, and yet the view can't see this one.
        other.add(entry(1) if again else entry(7))
    assert not view.intact()
    for query in (view.near, view.kin):
        with pytest.raises(LibraryError) as error:
            query(probe)
        assert error.value.code == "library.changed"
    assert (entry(1).id in {c.id for c in library.view().near(probe)}) is again
