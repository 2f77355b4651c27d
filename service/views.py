"""What each person sees of a submission, its report, a pair or a source: decided here and nowhere else.

Four ways to look at a thing (:class:`Veil`):

* a submitter sees all of his own unit's things, and of other units' texts only that there is a source;
* a blind reviewer sees no names: units have a pseudonym, names are masked inside every text, character for character;
* an administrator or a reviewer who is not blind sees units and titles; people, files and numbers are masked,
* unless he asks to see them, with a reason, which the audit keeps (:func:`unmasked`).
"""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from service.errors import ServiceError
from service.foreign import OTHER_UNIT, ROSTER, alias_of, for_submitter, foreign_source, is_own, mentioned, sources_of
from service.masking import Mask, Names, file_names, hidden_file, hidden_name, names_of, pseudonym, unit_pseudonym
from service.moment import shown
from service.people.principal import Principal, Role
from service.store import names, runs
from service.store.sealing import Sealer
from service.store.submissions import person_of

__all__ = [
    "OTHER_UNIT",
    "Names",
    "Veil",
    "names_hidden",
    "names_of",
    "report_view",
    "shown_data",
    "shown_report",
    "source_view",
    "submission_view",
    "text_view",
    "unmasked",
    "veil_of",
]

LEAST_REASON: Final = 4  # characters

# What a list or a page says of a submission; the work's own columns (leases, attempts) are nobody's business.
_SHOWN: Final = (
    "id", "batch", "case", "created", "updated", "version", "kind", "title", "unit", "unit_type", "project", "received", "rulebook",
    "state", "error", "message", "advice", "run", "screened", "verdict", "findings", "words", "rate", "largest", "topic_band",
    "topic_score", "score", "codes", "decision", "document",
)  # fmt: skip
# Strings of these keys identify something or are words of ours.
_FIXED: Final = frozenset(
    "id source case sha256 code check rule status severity verdict kind found offset_unit format place role band genre state".split()  # noqa: SIM905 - a list of strings would take twenty lines
)
_OURS: Final = frozenset({"made_with", "clause", "origins", "counts", "score"})


class Veil(enum.Enum):
    """How somebody looks at a thing."""

    OWN = "own"
    BLIND = "blind"
    MASKED = "masked"
    OPEN = "open"


def veil_of(who: Principal, batch: str | None, *, unmask: bool = False) -> Veil:
    """Return how this person looks at things of a batch. ``unmask`` is not heard from who may not (see :func:`unmasked`)."""
    if who.role is Role.SUBMITTER:
        return Veil.OWN
    if who.blind(batch):
        return Veil.BLIND
    return Veil.OPEN if unmask else Veil.MASKED


def _veil(row: Mapping[str, Any], who: Principal, *, unmask: bool) -> Veil:
    """Return how this person looks at a submission: whole, if he handed it in himself – he had the file in his hands."""
    return veil_of(who, row["batch"], unmask=unmask or row.get("created_by") == who.id)


def unmasked(who: Principal, batch: str | None, reason: str) -> str:
    """Return the reason for seeing names, for the audit (``note(tx, who.id, "names.unmask", id, reason)``).

    Raises :class:`ServiceError` 403 for who may not, 422 without a reason.
    """
    if veil_of(who, batch, unmask=True) is not Veil.OPEN:
        raise ServiceError(
            403, "forbidden.unmask", "您不能查看作者信息", "盲审期间不显示姓名和单位；如确有需要，请联系管理员。"
        )
    said = " ".join(reason.split())
    if len(said) < LEAST_REASON:
        raise ServiceError(
            422,
            "unmask.reason",
            "查看作者信息要写明理由",
            f"请在 reason 里写上理由（至少 {LEAST_REASON} 个字），会记入日志。",
        )
    return said


def submission_view(
    row: Mapping[str, Any], person: Mapping[str, Any] | None, who: Principal, *, unmask: bool = False
) -> dict[str, Any]:
    """Return what this person sees of a submission, as plain JSON values.

    ``row`` is its row, whole or in part: only columns that are there come out. ``person`` is what
    :func:`service.store.submissions.person_of` returns; with None names inside the title can't be masked, so a blind reviewer
    sees no title then. "author", "file" and "form_file" are always there, masked or not; "veil" says how one looks.
    """
    veil, person = _veil(row, who, unmask=unmask), person or {}
    out = {name: _plain(row[name]) for name in _SHOWN if name in row}
    out |= {name: str(person.get(name) or "") for name in ("author", "file", "form_file")}
    if veil is Veil.OWN and row["unit_key"] != who.unit_key:
        raise ServiceError(404, "not_found", "找不到这份材料", "请核对编号；也可能它不属于您可以查看的范围。")
    if veil is Veil.OWN and "decision" in out:
        out["decision"] = row["told"]
    if veil in (Veil.BLIND, Veil.MASKED):
        mask = Mask(_hidden_names(veil, names_of(row, person)))
        out |= {
            "author": hidden_name(out["author"]),
            "file": hidden_file(out["file"]),
            "form_file": hidden_file(out["form_file"]),
        }
        out |= {name: mask(out[name]) for name in ("title", "message", "advice", "project") if out.get(name)}
        if veil is Veil.BLIND:
            out |= (
                {"case": row["id"]} if "case" in out else {}
            )  # the case's id is a hash of the file's name: it can be guessed
            out |= {"unit": unit_pseudonym(_secret(person), row["batch"], row["unit"])} if "unit" in out else {}
            if not person and "title" in out:
                out["title"] = ""
    return {**out, "veil": veil.value}


def source_view(
    source: Mapping[str, Any],
    row: Mapping[str, Any],
    person: Mapping[str, Any] | None,
    who: Principal,
    *,
    unmask: bool = False,
    others: Iterable[Names] = (),
) -> dict[str, Any]:
    """Return what this person sees of a source, or of the other side of a pair, of the submission ``row``.

    ``source`` has "id" and any of "title", "unit", "file", "author", "received", "text" (a longer stretch of it), "place", and
    figures, which stay. ``others`` are the names behind the source (see :func:`service.store.names.of_sources`).
    """
    veil = _veil(row, who, unmask=unmask)
    if veil is Veil.OWN:
        return (
            dict(source)
            if is_own(source, who.unit_key)
            else foreign_source(source, alias_of(source["id"], row, _secret(person)))
        )
    if veil is Veil.OPEN:
        return dict(source)
    hidden = names_of(row, person)
    for other in (
        *others,
        Names.of([source.get("author") or ""], [source.get("unit") or ""], [source.get("file") or ""]),
    ):
        hidden |= other
    return _source(source, veil, Mask(_hidden_names(veil, hidden)), _secret(person), row["batch"])


def report_view(
    row: Mapping[str, Any],
    person: Mapping[str, Any] | None,
    report: bytes,
    who: Principal,
    *,
    unmask: bool = False,
    others: Iterable[Names] = (),
) -> bytes:
    """Return the report as this person sees it: one JSON object of the contract, every span of it valid.

    ``report`` is as the engine wrote it and comes back unchanged if nothing in it is to be hidden. ``others`` are the names behind
    its sources: :func:`shown_report` gathers them, so call that unless you have them.
    """
    if _veil(row, who, unmask=unmask) is Veil.OPEN:
        return report
    data = json.loads(report)
    return _written(report, data, _seen(row, person, data, who, unmask=unmask, others=others))


def _written(report: bytes, data: dict[str, Any], seen: dict[str, Any]) -> bytes:
    return report if seen == data else json.dumps(seen, ensure_ascii=False, separators=(",", ":")).encode()


def _seen(
    row: Mapping[str, Any],
    person: Mapping[str, Any] | None,
    data: dict[str, Any],
    who: Principal,
    *,
    unmask: bool = False,
    others: Iterable[Names] = (),
) -> dict[str, Any]:
    veil = _veil(row, who, unmask=unmask)
    if veil is Veil.OPEN:
        return data
    if veil is Veil.OWN:
        return for_submitter(data, row, _secret(person), who.unit_key)
    hidden = names_of(row, person) | _said(data)
    for other in others:
        hidden |= other
    out = _Masked(data, veil, _hidden_names(veil, hidden), _secret(person), row["batch"]).report()
    if veil is Veil.BLIND:
        out["case"] = {**out["case"], "id": row["id"]}  # as in submission_view
    return out


def shown_report(
    tx: Any, sealer: Sealer, row: Mapping[str, Any], who: Principal, *, run_id: str | None = None, unmask: bool = False
) -> bytes:
    """Return a report of a submission (the newest unless ``run_id`` says otherwise) as this person may see it.

    ``tx`` is the open transaction, ``row`` the submission's row, seen with the person's sight; the run must be one of its runs.
    """
    report = runs.report_of(tx, sealer, run_id or row["run"])
    if _veil(row, who, unmask=unmask) is Veil.OPEN:
        return report
    data = json.loads(report)
    others = names.of_sources(tx, sealer, mentioned(data)).values()
    seen = _seen(row, person_of(tx, sealer, row["id"]), data, who, unmask=unmask, others=others)
    return _written(report, data, seen)


def names_hidden(tx: Any, sealer: Sealer, row: Mapping[str, Any], report: Mapping[str, Any]) -> Names:
    """Return the names that a blind reviewer is not shown in a submission's text: its own, those behind its report's sources, those it tells."""
    hidden = names_of(row, person_of(tx, sealer, row["id"])) | _said(report)
    for other in names.of_sources(tx, sealer, mentioned(report)).values():
        hidden |= other
    return hidden


def shown_data(
    tx: Any, sealer: Sealer, row: Mapping[str, Any], who: Principal
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the newest report of a submission as JSON values: as the engine wrote it, and as this person may see it.

    For pages: keys of findings and passages are made of the author's own words; the rest is shown. Read once, not written again.
    """
    data: dict[str, Any] = json.loads(runs.report_of(tx, sealer, row["run"]))
    others = names.of_sources(tx, sealer, mentioned(data)).values()
    return data, _seen(row, person_of(tx, sealer, row["id"]), data, who, others=others)


def text_view(
    text: str,
    row: Mapping[str, Any],
    person: Mapping[str, Any] | None,
    who: Principal,
    *,
    unmask: bool = False,
    others: Iterable[Names] = (),
) -> str:
    """Return a text of the submission (its own, a note on it, a search's snippet) as this person sees it, of the same length."""
    veil = _veil(row, who, unmask=unmask)
    if veil in (Veil.OWN, Veil.OPEN):
        return text
    hidden = names_of(row, person)
    for other in others:
        hidden |= other
    return Mask(_hidden_names(veil, hidden))(text)


# -- names ------------------------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    return shown(value) if isinstance(value, datetime) else value


def _hidden_names(veil: Veil, names: Names) -> Names:
    return names if veil is Veil.BLIND else names.without_units()


def _secret(person: Mapping[str, Any] | None) -> bytes:
    secret: bytes = (person or {}).get("veil", b"")
    return secret


def _said(data: Mapping[str, Any]) -> Names:
    """Return the names that a report itself tells: of its sources, of others in the findings of the batch."""
    sources = (data.get("reuse") or {}).get("sources", [])
    near = (data.get("vicinity") or {}).get("nearest") or {}
    case, facts = data["case"], [f["facts"] for o in data.get("outcomes", []) for f in o["findings"]]
    people = [case["author"], *(f.get("author", "") for f in facts), *(n for f in facts for n in f.get("near", []))]
    units = [case["unit"], near.get("unit", ""), *(s["unit"] for s in sources)]
    units += [u for f in facts for u in [f.get("unit", ""), *f.get("units", [])]]
    for finding in _findings(data):
        if m := ROSTER.search(finding["message"]):
            units += m["units"].split("、")
    files = [case["file"], *(s.get("file", "") for s in sources)]
    return Names.of(people, units, [name for f in files for name in file_names(f)])


def _findings(data: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (f for o in data.get("outcomes", []) for f in o["findings"])


# -- blind and masked -------------------------------------------------------------------------------------------------------


def _source(
    source: Mapping[str, Any], veil: Veil, mask: Callable[[str], str], secret: bytes, batch: str | None
) -> dict[str, Any]:
    out = {k: mask(v) if isinstance(v, str) and k not in (*_FIXED, "received") else v for k, v in source.items()}
    if "file" in out:
        out["file"] = hidden_file(source["file"] or "")
    if "author" in out:
        out["author"] = hidden_name(source["author"] or "")
    if "unit" in out:
        unit = source["unit"] or ""
        out["unit"] = unit_pseudonym(secret, batch, unit) if veil is Veil.BLIND else unit
    return out


class _Masked:
    """A report on its way to who may not see all names in it."""

    def __init__(self, data: dict[str, Any], veil: Veil, names: Names, secret: bytes, batch: str | None) -> None:
        self.data, self.veil, self.secret, self.batch = data, veil, secret, batch
        self.mask: Callable[[str], str] = cache(Mask(names))  # headings and terms are told many times over
        self.sources = sources_of(data)
        self.plain = data.get("text", "")
        self.text = self.mask(self.plain)

    def report(self) -> dict[str, Any]:
        out = {k: v if k in _OURS else self.walk(v, k) for k, v in self.data.items() if k not in ("text", "case")}
        case = _source(self.data["case"], self.veil, self.mask, self.secret, self.batch)
        ordered = {k: case if k == "case" else self.text if k == "text" else out[k] for k in self.data}
        if reuse := self.data.get("reuse"):
            sources = [_source(s, self.veil, self.mask, self.secret, self.batch) for s in reuse["sources"]]
            ordered["reuse"] = {**out["reuse"], "sources": sources}
        return ordered

    def walk(self, value: Any, key: str = "") -> Any:
        if isinstance(value, str):
            return self.string(value, key)
        if isinstance(value, list):
            return [self.walk(v, key) for v in value]
        if isinstance(value, dict):
            quote, start, end = value.get("quote"), value.get("start"), value.get("end")
            # A name may be cut by the edge of a quote: then only the whole text tells that it is one.
            ours = quote and isinstance(start, int) and isinstance(end, int) and self.plain[start:end] == quote
            return {
                self.key(k): v if k in _OURS else self.text[start:end] if ours and k == "quote" else self.walk(v, k)
                for k, v in value.items()
            }
        return value

    def key(self, key: str) -> str:
        return key if key.isascii() else self.mask(key)

    def string(self, value: str, key: str) -> str:
        if key in ("case", "cases") and self.veil is Veil.BLIND and value not in self.sources:
            return pseudonym(self.secret, "材料", self.batch, value)  # made of a file's name, which could be guessed
        if key in _FIXED:
            return value
        if key in ("unit", "units"):
            return unit_pseudonym(self.secret, self.batch, value) if self.veil is Veil.BLIND else value
        if key in ("author", "authors", "near"):
            return hidden_name(value)
        return hidden_file(value) if key == "file" else self.mask(value)
