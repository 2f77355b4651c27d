"""Deleting and the audit through the interface."""

from tests.service.jobs.handing import hand_in, open_batch, text_of, zipped
from tests.service.working import drain


def test_a_submission_is_deleted_for_a_reason_that_stays(client_of, store, settings):
    client = client_of()
    submission = hand_in(store, text_of(5))
    drain(store, settings)
    path = f"/api/v1/submissions/{submission}"
    assert client.delete(path).status_code == 422
    assert client_of("reviewer").delete(f"{path}?reason=作者撤稿").status_code == 403
    assert client.delete(f"{path}?reason=作者撤稿").json() == {"id": submission, "scrubbed": 0}
    assert client.get(path).status_code == 404
    (line,) = client.get(f"/api/v1/audit?action=submission.delete&target={submission}").json()["items"]
    assert line["reason"] == "作者撤稿"


def test_a_batch_is_deleted_when_its_name_is_given(client_of, store, settings):
    client = client_of()
    batch = open_batch(store, zipped({"甲.docx": text_of(5), "乙.docx": text_of(6)}), name="试用")
    drain(store, settings)
    path = f"/api/v1/batches/{batch}?reason=试用结束"
    assert client.delete(f"{path}&confirm=试").status_code == 422
    assert client.delete(f"{path}&confirm=试用").json() == {"id": batch, "submissions": 2}
    assert client.get(f"/api/v1/batches/{batch}").status_code == 404
    assert client.get("/api/v1/submissions").json()["counts"]["total"] == 0


def test_the_audit_comes_in_pages(client_of):
    client = client_of()
    first = client.get("/api/v1/audit?limit=1").json()
    assert len(first["items"]) == 1
    for _ in range(3):
        client_of()
    numbers, before = [], 0
    while before is not None:
        page = client.get(f"/api/v1/audit?limit=2&before={before}").json()
        numbers += [line["number"] for line in page["items"]]
        before = page["next"]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) >= 4
