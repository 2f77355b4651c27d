"""Texts, titles, names of files and units, and notes that try to run something: nothing runs, and no character shifts a mark."""

import json

import pytest
from playwright.sync_api import expect

from screening.output.markup import printable
from service.people import accounts, sessions
from service.people.principal import Role
from service.settings import Settings
from service.store import decisions, exclusions, findings, runs, schema
from service.store.database import Store
from service.store.sight import Sight
from tests.browser.test_walk import chromium  # noqa: F401 - a fixture
from tests.service.jobs.handing import alter, hand_in, open_batch, row_of
from tests.service.portal.serving import serving
from tests.service.reading import rows
from tests.service.working import drain
from tests.writing import case_lines, docx

RUN = "window.ran=1"
ATTACKS = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}'//",
    f'"><img src=x onerror="{RUN}">',
    f"'><svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg/onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><a href=javascript:{RUN}><text y=20>按</text></a></svg>",
    f"<body onload={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<iframe src=javascript:parent.{RUN}>",
    f"<object data=javascript:{RUN}>",
    f"<embed src=javascript:{RUN}>",
    f"<a href='javascript:{RUN}' autofocus onfocus={RUN}>点</a>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<marquee onstart={RUN}>",
    f"<style>@import 'javascript:{RUN}';</style>",
    f"<style>*{{background:url(javascript:{RUN})}}</style>",
    f"<link rel=stylesheet href=data:text/css,*{{x:expression({RUN})}}>",
    f"<base href=javascript:{RUN}//>",
    f"<meta http-equiv=refresh content=0;url=javascript:{RUN}>",
    f"<form action=javascript:{RUN}><button autofocus>按</button></form>",
    f"<math><mtext><img src=x onerror={RUN}></mtext></math>",
    f"<template><img src=x onerror={RUN}></template>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<textarea></textarea><img src=x onerror={RUN}>",
    f"<title></title><img src=x onerror={RUN}>",
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[><img src=x onerror={RUN}>]]>",
    f"&lt;img src=x onerror={RUN}&gt;",
    f"{{{{ self.__init__.__globals__ }}}}{{% {RUN} %}}",
    f"${{{RUN}}}`${{{RUN}}}`",
    f"javascript:{RUN}//'\"></a><img src=x onerror={RUN}>",
    f"＜script＞{RUN}＜/script＞",
    f"<img hx-get=/signout hx-trigger=load hx-on::load={RUN} src=x>",
]
assert len(ATTACKS) == 40
WIDE = "👩‍🏫𠮷𪚥🎓𡈽👨‍👩‍👧‍👦é𠀀"  # beyond the BMP, joined, combining: each shifts what counts in UTF-16


def filled(folder):
    """A data folder in which two units handed in one hostile text, and people said hostile things of it; how to sign in, what to see."""
    folder.mkdir()
    settings = Settings(data=folder)
    store = Store.open(settings.database_url)
    lines = case_lines(71, 12)
    text = [lines[0], *(f"{WIDE}{a}{WIDE}{lines[2][:20]}" for a in ATTACKS), *lines[1:]]
    batch = open_batch(store, name=ATTACKS[2], rulebook=settings.rulebook)
    ids = []
    for n, unit in enumerate((f"临溪{ATTACKS[4]}小学", f"白麓{ATTACKS[7]}大学")):
        more = {
            "unit": unit,
            "project": ATTACKS[3],
            "title": f"{WIDE}{ATTACKS[0]}{n}",
            "author": "<i onfocus=window.ran=2>",
        }  # hidden in the text: none of the attacks
        ids.append(hand_in(store, docx(text), name=f"{n}{ATTACKS[2]}.docx", batch=batch, **more))
    drain(store, settings)
    there = ids[1]
    alter(store, there, title=f"{WIDE}{ATTACKS[0]}")
    user, _ = accounts.create(store, settings, login="admin2", role=Role.ADMINISTRATOR, name=ATTACKS[2], by="test")
    by = f"user:{user}"
    with store.write() as tx:
        report = json.loads(runs.report_of(tx, store.sealer, row_of(store, there)["run"]))
        source = report["reuse"]["sources"][0]
        source |= {"title": ATTACKS[8], "file": "<i onblur=window.ran=3>.docx", "unit": ATTACKS[10]}
        report["reuse"]["passages"] = [_passage(source["id"], report["text"], a) for a in ATTACKS]
        report["reuse"] |= {"shown": len(ATTACKS), "of": len(ATTACKS)}
        outcome = next(o for o in report["outcomes"] if not o["shadow"])
        outcome |= {"status": "found", "findings": [_finding(report["text"], a) for a in ATTACKS]}
        rows.run(tx, store.sealer, there, report)
        key = next(k for k, _, f in findings.keys_of(report) if f["message"] == ATTACKS[1])
        decisions.recall_later(tx, "finding", key, "dismiss", ATTACKS[11], by, ids[0])
        document = tx.execute(schema.submission.select().where(schema.submission.c.id == there)).mappings().one()
        pair = findings.pair_key(document["document"], source["id"])
        decisions.recall_later(tx, "pair", pair, "dismiss", ATTACKS[12], by, there)
        exclusions.exclude(tx, there, f"source:{source['id']}", excluded=True, reason=ATTACKS[13], by=by)
        exclusions.exclude(tx, there, f"source:{source['id']}", excluded=False, reason=ATTACKS[14], by=by)
    with store.write() as tx:
        version = (
            tx.execute(schema.submission.select().where(schema.submission.c.id == there)).mappings().one()["version"]
        )
        decisions.decide(tx, there, Sight(everything=True), what="return", by=by, version=version, words=ATTACKS[15])
    cookie = sessions.cookie_name(settings), sessions.start(store, settings, user)
    store.close()
    return cookie, batch, there, source["id"], report


def _place(text, attack):
    at = text.index(attack)
    # It begins inside the wide characters and ends inside the attack: the cut itself must do no harm.
    return at - 3, at + len(attack) - 2


def _passage(source, text, attack):
    a, b = _place(text, attack)
    span = {"start": a, "end": b, "source_start": 0, "source_end": b - a, "kind": "edited", "similarity": 0.9}
    return span | {
        "source": source, "quote": text[a:b], "source_quote": attack, "quoted": False, "stock": False,
        "swaps": [[attack, attack]], "facts": [],
    }  # fmt: skip


def _finding(text, attack):
    a, b = _place(text, attack)
    other = {"case": "x", "start": 0, "end": 4, "quote": attack}
    evidence = [{"start": a + 5, "end": b, "quote": text[a + 5 : b], "other": other, "score": 0.5}]
    clause = {"where": attack, "quote": attack}
    return {
        "code": "facts.conflict",
        "message": attack,
        "severity": "review",
        "clause": clause,
        "facts": {},
        "evidence": evidence,
    }


@pytest.mark.timeout(180)
def test_nothing_runs_and_no_mark_is_shifted(chromium, tmp_path):  # noqa: F811
    (name, secret), batch, there, source, report = filled(tmp_path / "data")
    said = []
    with serving(tmp_path / "data") as url:
        context = chromium.new_context(locale="zh-CN")
        context.add_cookies([{"name": name, "value": secret, "url": url}])
        page = context.new_page()
        page.on("console", lambda m: said.append(m.text))
        page.on("pageerror", lambda e: said.append(str(e)))
        page.on("dialog", lambda d: said.append(d.message))
        page.on("framenavigated", lambda f: said.append(f.url) if f.parent_frame else None)
        for path in (
            f"/cases?batch={batch}&q=<script>alert(1)</script>", f"/cases?batch={batch}", f"/batches/{batch}", "/batches", f"/pairs/{there}/{source}",
            "/clusters", "/clusters?view=heat", "/clusters?view=time", "/memory", "/settings/audit", "/settings/users",
            f"/cases/{there}?batch={batch}",
        ):  # fmt: skip
            page.goto(url + path)
            expect(page.locator("main")).to_be_visible()
            assert page.evaluate("window.ran") is None, path
            assert page.locator("main iframe, main object, main embed, main base, main meta, main style").count() == 0
            assert (
                page.evaluate("[...document.querySelectorAll('main script, main [onerror], main [onload]')].length")
                == 0
            )
        marks = page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll(".sheet .at[id^=m-]")].map((at) => {
              let all = "", next = at;
              while ((next = next.nextElementSibling)) {
                if (next.matches(".at[id^=m-]")) break;
                const mark = next.matches("mark") ? next : next.querySelector(":scope > mark");
                if (mark) all += mark.textContent;
              }
              return [at.id, all];
            }))"""
        )
        for n, passage in enumerate(report["reuse"]["passages"], 1):
            assert marks[f"m-{n}"].startswith(printable(report["text"][passage["start"] : passage["end"]])), n
        page.locator("body").press("j")  # scripts are alive, and they too run nothing
        page.click("#reuse details summary")
        assert page.evaluate("window.ran") is None
        context.close()
    assert said == []
