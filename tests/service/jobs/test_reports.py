"""What the service writes into a report is what the command line writes over the same set of documents."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import select

from service.store import runs, work
from service.store.schema import pair, run
from tests.service.jobs.handing import alter, hand_in, open_batch, row_of, text_of
from tests.service.working import drain


def command_line(*words):
    done = subprocess.run(
        [sys.executable, "-m", "screening", "check", "--json", *words], capture_output=True, check=False
    )
    assert done.returncode < 2, done.stderr.decode()
    return done.stdout.rstrip(b"\n")


def report(store, submission_id):
    with store.read() as tx:
        return runs.report_of(tx, store.sealer, row_of(store, submission_id)["run"])


def pairs(store):
    with store.read() as tx:
        return set(map(tuple, tx.execute(select(pair.c.submission, pair.c.source))))


@pytest.fixture(scope="module")
def by_command_line(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "临溪案例.docx"
    path.write_bytes(text_of(1))
    return path, command_line(str(path))


def test_the_first_upload_has_the_report_of_the_command_line_byte_for_byte(store, settings, by_command_line):
    path, expected = by_command_line
    submission_id = hand_in(store, path.read_bytes(), path.name)
    drain(store, settings)
    assert report(store, submission_id) == expected


def test_against_the_archive_before_it_too(store, settings, by_command_line):
    path, _ = by_command_line
    for seed in (2, 3):
        hand_in(store, text_of(seed), f"{seed}.docx")
    drain(store, settings)
    expected = command_line(str(path), "--library", settings.database_url)  # as it is before the upload
    submission_id = hand_in(store, path.read_bytes(), path.name)
    drain(store, settings)
    assert report(store, submission_id) == expected
    assert json.loads(expected)["made_with"]["library"]["documents"] == 2
    assert json.loads(expected)["reuse"]["sources"]


def test_screened_anew_nothing_of_itself_is_in_what_it_is_compared_with(store, settings):
    submission_id = hand_in(store, text_of(1))
    drain(store, settings)
    first = report(store, submission_id)
    with store.write() as tx:
        assert work.rescreen(tx, [submission_id]) == 1
    drain(store, settings)
    assert report(store, submission_id) == first
    with store.read() as tx:
        assert len(tx.execute(select(run.c.id).where(run.c.submission == submission_id)).all()) == 2


def test_of_two_with_the_same_bytes_each_is_a_source_of_the_other(store, settings):
    data = text_of(1)
    one = hand_in(store, data, "甲.docx", row={"author": "周明远", "unit": "临溪市教育局"})
    two = hand_in(store, data, "乙.docx", row={"author": "陈立新", "unit": "松岗县第一中学"})
    drain(store, settings)
    document = row_of(store, one)["document"]
    assert row_of(store, two)["document"] == document
    assert (row_of(store, one)["owns_document"], row_of(store, two)["owns_document"]) == (True, False)
    assert pairs(store) == {(two, document)}
    with store.write() as tx:
        work.rescreen(tx, [one])
    drain(store, settings)
    assert pairs(store) == {(one, document), (two, document)}
    (of_one,) = json.loads(report(store, one))["reuse"]["sources"]
    (of_two,) = json.loads(report(store, two))["reuse"]["sources"]
    assert (of_one["file"], of_one["unit"], of_one["own"]) == ("乙.docx", "松岗县第一中学", False)
    assert (of_two["file"], of_two["unit"], of_two["own"]) == ("甲.docx", "临溪市教育局", False)


def test_the_document_of_one_that_is_withdrawn_goes_to_the_other_of_the_same_bytes(store, settings):
    data = text_of(1)
    one, two = hand_in(store, data, "甲.docx"), hand_in(store, data, "乙.docx")
    drain(store, settings)
    alter(store, one, state="read")
    with store.write() as tx:
        work.cancel(tx, store.sealer, one)
    document = row_of(store, two)["document"]
    assert row_of(store, two)["owns_document"]
    assert store.library().entry(document).file == "乙.docx"
    with store.write() as tx:
        work.rescreen(tx, [two])
    drain(store, settings)
    assert json.loads(report(store, two))["reuse"] is None  # nothing else is there to compare with
    alter(store, two, state="read")
    with store.write() as tx:
        work.cancel(tx, store.sealer, two)
    assert len(store.library()) == 0


def test_a_document_that_was_in_the_archive_before_stays_there_and_is_compared_with(store, settings):
    one = hand_in(store, text_of(1), "甲.docx")
    drain(store, settings)
    # As if it had come by `screening library add`, years ago.
    alter(store, one, document=None, owns_document=False, state="cancelled")
    two = hand_in(store, text_of(1), "乙.docx")
    drain(store, settings)
    assert (row_of(store, two)["owns_document"], row_of(store, two)["rate"]) == (False, 1.0)
    alter(store, two, state="read")
    with store.write() as tx:
        work.cancel(tx, store.sealer, two)
    assert len(store.library()) == 1


def test_a_file_that_cannot_be_read_is_done_and_says_why(store, settings):
    submission_id = hand_in(store, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "坏.doc")
    drain(store, settings)
    row = row_of(store, submission_id)
    assert (row["state"], row["verdict"], row["document"]) == ("done", "incomplete", None)
    said = json.loads(report(store, submission_id))
    assert (row["error"], row["message"], row["advice"]) == tuple(
        said["error"][k] for k in ("code", "message", "advice")
    )


def test_what_cannot_be_read_is_no_staler_than_its_batch(store, settings):
    here = open_batch(store, state="sealed")
    ids = [hand_in(store, data, f"{n}.docx", batch=here) for n, data in enumerate((b"\xd0\xcf\x11\xe0", text_of(1)))]
    drain(store, settings)
    with store.read() as tx:
        revisions = tx.execute(select(run.c.batch_revision).where(run.c.submission.in_(ids))).scalars().all()
    assert revisions == [1, 1]


def test_what_was_said_of_a_submission_goes_into_its_report_and_rights_go_by_who_handed_it_in(store, settings):
    row = {
        "unit": "松岗县第一中学",
        "author": "陈立新",
        "received": "2024-01-20T09:00:00+08:00",
        "outside_similarity": 0.12,
    }
    submission_id = hand_in(store, text_of(1), unit="松岗县教育局", row=row)
    drain(store, settings)
    case = json.loads(report(store, submission_id))["case"]
    assert (case["unit"], case["author"], case["received"]) == (row["unit"], row["author"], row["received"])
    assert case["origins"]["unit"] == "manifest"
    assert row_of(store, submission_id)["unit"] == "松岗县教育局"


def test_mates_of_a_batch_are_marked_and_the_checks_of_the_batch_are_in_each_report(store, settings):
    here = open_batch(store, state="open")
    hand_in(store, text_of(1), "旧.docx")
    drain(store, settings)
    ids = [hand_in(store, text_of(1, 6), "甲.docx", batch=here, row={"author": "周明远", "unit": "临溪市教育局"})]
    ids.append(hand_in(store, text_of(2), "乙.docx", batch=here, row={"author": "周明远", "unit": "临溪市教育局"}))
    ids.append(
        hand_in(store, text_of(2) + b" ", "乙.docx", batch=here, row={"author": "陈立新", "unit": "松岗县第一中学"})
    )
    drain(store, settings)
    with store.write() as tx:
        work.rescreen(tx, ids)
    drain(store, settings)
    one, two, three = (json.loads(report(store, i)) for i in ids)
    places = {s["file"]: s["place"] for s in one["reuse"]["sources"]}
    assert places["旧.docx"] == "archive"
    assert {s["place"] for s in two["reuse"]["sources"] if s["file"] == "乙.docx"} == {"batch"}

    def several(of):
        return [f["facts"]["count"] for o in of["outcomes"] if o["check"] == "same_author" for f in o["findings"]]

    # Two of one file name are told apart, though their reports have one id.
    assert one["case"]["id"] != two["case"]["id"] == three["case"]["id"]
    assert (several(one), several(two), several(three)) == ([2], [2], [])
