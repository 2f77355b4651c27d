"""Every hostile file gets its code or is opened, inside the boundary; nothing of it is left in this process."""

import pytest

from screening.errors import UnreadableError
from screening.intake.boundary import Pool
from screening.intake.refusals import REFUSALS
from tests.faults.recipes import OPENED, RECIPES
from tests.faults.watching import Watched, readers, resident

PEAK = 512 * 2**20  # bytes that a child ever holds
SECONDS, BOMB_SECONDS = 5.0, 0.3  # of the processor, of this process and the child together: the clock is the machine's
GROWTH = 50 * 2**20


@pytest.fixture(scope="module")
def pool():
    before = readers()
    pool = Pool(size=1)
    pool.status()
    start = resident()
    yield pool
    grown = resident() - start
    mine = set(readers()) - set(before)
    assert len(mine) <= 1
    pool.close()
    assert not set(readers()) & mine
    assert grown < GROWTH


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: r.name)
def test_hostile(recipe, pool):
    data = recipe.build()
    if not pool._idle:
        pool.status()  # the one before took its child with it; the start of another is not this file's
    (child,) = pool._idle
    watched = Watched(child.pid)
    said = outcome(pool, data, recipe.file)
    if said is None:
        assert OPENED in recipe.expected
    else:
        assert said.code in recipe.expected
        assert said.message.startswith(REFUSALS[said.code][0]) and said.advice
    # A child that was ended for its time or memory was ended by the limits, which tests/faults/test_boundary.py holds to account.
    ended = said is not None and said.code in ("timeout", "memory")
    assert ended != child.alive
    if not ended:
        assert watched.peak() < PEAK
        assert watched.spent() < (BOMB_SECONDS if recipe.bomb else SECONDS)


def outcome(pool, data, name):
    """Return why a file was refused, None if it was opened."""
    try:
        pool.read(data, name)
    except UnreadableError as error:
        return error
    return None


def test_there_are_enough_and_each_code_of_a_single_file_is_among_them():
    assert len(RECIPES) >= 120 and len({r.name for r in RECIPES}) == len(RECIPES)
    said = set().union(*(r.expected for r in RECIPES)) - {OPENED}
    # The rest needs another format (tests/intake/test_legacy.py, test_pdf.py), another disk, or a faulty child.
    elsewhere = {"legacy_doc", "no_converter", "pdf", "scanned", "too_many_pages"}
    assert set(REFUSALS) - said <= elsewhere | {
        "unreadable",
        "crashed",
        "internal",
        "no_reader",
        "screening_timeout",
        "screening_crashed",
    }
