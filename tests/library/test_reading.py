"""What an archive holds in memory is at every moment what a fresh look at the database gives, and grows without one."""

import random

import pytest

from screening.library import open_library, transaction
from screening.library.reading import Cache
from tests.library.texts import entry, mixed

PROBE = mixed(1, [entry(n) for n in range(12)]).comparable()


def same(reader, where):
    with open_library(where) as anew:
        assert [(c.id, c.shared) for c in reader.near(PROBE)] == [(c.id, c.shared) for c in anew.near(PROBE)]
        assert reader.kin(PROBE).candidates == anew.kin(PROBE).candidates
        assert reader.rarity.size == anew.rarity.size
        assert (reader.rarity.frequency == anew.rarity.frequency).all()
    with transaction(reader.engine, writes=False) as connection:
        cache, wanted = reader._reader.cache(connection), Cache.read(connection)
    assert (cache.state, cache.first, cache.size) == (wanted.state, wanted.first, wanted.size)
    assert (cache.fresh.hashes == wanted.fresh.hashes).all()
    assert (cache.fresh.documents == wanted.fresh.documents).all()


@pytest.mark.parametrize("seed", range(3))
def test_any_sequence_of_changes_by_another(where, seed):
    rng = random.Random(seed)
    there = set()
    with open_library(where, create=True) as writer, open_library(where) as reader:
        same(reader, where)
        for _ in range(14):
            for _ in range(rng.choice((1, 1, 2, 3))):  # several changes between two looks
                n = rng.randrange(12)
                turn = rng.choice(("add", "add", "again", "remove", "pack"))
                if turn == "pack":
                    writer.pack()
                elif turn == "add" or n not in there:
                    writer.add(entry(n))
                    there.add(n)
                else:
                    writer.remove(entry(n).id)
                    there.discard(n)
                    if turn == "again":
                        writer.add(entry(n))
                        there.add(n)
            same(reader, where)
            assert len(reader) == len(there)


def test_a_document_more_is_all_that_is_read(library, monkeypatch):
    list(library.add_many(entry(n) for n in range(6)))
    library.near(PROBE)
    kept = library.get(entry(1).id)
    monkeypatch.setattr(Cache, "read", None)
    for n in range(6, 9):
        library.add(entry(n))
        assert entry(n).id in {c.id for c in library.near(PROBE)}
    assert library.get(entry(1).id) is kept
    assert library.rarity.size == 9
