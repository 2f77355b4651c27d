"""Whatever happens to a file on its way, there is an answer with a code. ``make fuzz`` runs many more."""

import random

from tests.faults.fuzz import run
from tests.faults.mutations import seeds, stream


def test_some_mutations_of_our_files_all_have_an_answer(tmp_path):
    outcomes, failures, _ = run(200, tmp_path)
    assert not failures
    assert outcomes["screened"] > 40 and outcomes["damaged"] > 20


def test_mutations_are_the_same_in_every_run():
    random.seed()
    assert list(stream(5)) == list(stream(5))


def test_there_are_fifty_different_files_of_every_format_to_start_from():
    found = seeds()
    assert len({data for _, data in found}) == len(found) >= 50
    assert {suffix for suffix, _ in found} == {".docx", ".doc", ".pdf", ".rtf", ".html", ".mht", ".txt", ".zip"}
