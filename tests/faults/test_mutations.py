"""Whatever happens to a file on its way, there is an answer with a code. ``make fuzz`` runs many more."""

import random

from tests.faults.fuzz import run
from tests.faults.mutations import stream


def test_some_mutations_of_our_files_all_have_an_answer(tmp_path):
    outcomes, failures, _ = run(200, tmp_path)
    assert not failures
    assert outcomes["screened"] > 40 and outcomes["damaged"] > 20


def test_mutations_are_the_same_in_every_run():
    random.seed()
    assert [data for _, data in stream(5)] == [data for _, data in stream(5)]
