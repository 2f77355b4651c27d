"""Workers that really die and really hang: the item in hand is lost, the rest comes in order."""

import os
import random
import signal

import psutil
import pytest

from screening.batch import RESULTS, SCREENING, screen_batch
from screening.errors import UsageError
from screening.workers import parallel
from tests.faults.items import BAD, crashed, failing, hung, hung_in_c, killed, killed_once, several_killed
from tests.writing import HEADINGS, docx, noise


def lost(item, late):
    return item, late


@pytest.mark.parametrize(("run", "late"), [(killed, False), (crashed, False), (hung, True), (hung_in_c, True)])
def test_only_the_item_in_hand_is_lost(run, late):
    got = list(parallel(run, None, range(40), 2, lost=lost, size=4, seconds=1.5))
    assert got == [(BAD, late) if n == BAD else n * n for n in range(40)]


def test_what_died_of_something_else_is_done_again(tmp_path):
    got = list(parallel(killed_once, tmp_path / "once", range(40), 2, lost=lost, size=4))
    assert got == [n * n for n in range(40)]


def test_several_that_die_are_each_lost_alone():
    got = list(parallel(several_killed, None, range(40), 2, lost=lost, size=4))
    assert [n for n, x in enumerate(got) if x == (n, False)] == [3, BAD, 20]
    assert [x for x in got if isinstance(x, int)] == [n * n for n in range(40) if n not in (3, BAD, 20)]


def test_a_few_items_have_workers_too_if_asked_for():
    assert list(parallel(killed, None, [BAD, 2], 0, lost=lost, always=True)) == [(BAD, False), 4]


def test_what_nobody_can_stand_in_for_ends_the_run_with_a_sentence():
    with pytest.raises(UsageError) as caught:
        list(parallel(killed, None, range(20), 2, size=1))
    assert caught.value.code == "workers.gone" and caught.value.advice


def test_an_error_of_an_item_is_the_runs_own():
    with pytest.raises(OSError, match="0"):
        list(parallel(failing, None, range(4), 2, lost=lost))


def test_a_batch_whose_workers_are_killed_is_the_batch_that_it_would_have_been(tmp_path):
    cases = tmp_path / "报送"
    cases.mkdir()
    for n in range(24):
        rng = random.Random(n)
        lines = [f"第{n}个案例", *(x for h in HEADINGS for x in (h, noise(rng, 300)))]
        (cases / f"{n:02}.docx").write_bytes(docx(lines))
    screen_batch(cases, tmp_path / "whole", jobs=2)
    kills = []

    def kill(stage, _done, _total):
        if stage == SCREENING and not kills:
            workers = [c for c in psutil.Process().children() if "loky" in " ".join(c.cmdline())]
            kills.extend(c.pid for c in workers if "resource_tracker" not in " ".join(c.cmdline()))
            for pid in kills:
                os.kill(pid, signal.SIGKILL)

    screen_batch(cases, tmp_path / "out", jobs=2, progress=kill)
    assert kills
    for name in RESULTS:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
