"""From a submission's files to a case: body and form read, form told from body, metadata resolved with its origin."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from screening.case import GROWTH_STORY, AuthorForm, Case, CaseInfo, FormField
from screening.document import Document
from screening.errors import UnreadableError
from screening.finding import IntakeWarning
from screening.intake import Limits
from screening.intake.boundary import read
from screening.intake.form import as_file, find_form
from screening.intake.gather import Submission
from screening.intake.metadata import Names, Vocabulary, author_in, recognise, unit_in
from screening.text.title import find_title

HEAD_LINES = 6
# 我 as the narrator, not 我们, 我县, 我校 …: this many times in 1,000 characters make a story of oneself.
NARRATOR = re.compile("我(?![们县市省区校国院园局乡镇中方党军家])")
NARRATOR_PER_1000 = 6


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says for all files; stronger than everything but the manifest."""

    kind: str = ""


def outline(submission: Submission, vocabulary: Vocabulary, overrides: Overrides | None = None) -> CaseInfo:
    """Return what is known of a submission without opening its files: from the manifest, folders and file name."""
    row, name = submission.row, submission.file
    path = PurePosixPath(name)
    folders = [str(p) for p in path.parent.parts if p != "."]
    values: dict[str, str] = {}
    origins: dict[str, str] = {}

    def put(key: str, value: str, origin: str) -> None:
        if value and not values.get(key):
            values[key], origins[key] = value, origin

    if row:
        for key, names in (
            ("kind", vocabulary.kinds),
            ("project", vocabulary.projects),
            ("unit_type", vocabulary.unit_types),
        ):
            said = getattr(row, key)
            put(key, recognise(said, names) or ("" if key == "kind" else said), "manifest")
        for key in ("unit", "author", "title"):
            put(key, getattr(row, key), "manifest")
    if overrides and overrides.kind:
        put("kind", overrides.kind, "option")
    for text, origin in ((path.stem, "filename"), *((f, "folder") for f in reversed(folders))):
        put("kind", recognise(text, vocabulary.kinds), origin)
        put("project", recognise(text, vocabulary.projects), origin)
        put("unit", unit_in(text), origin)
    put("author", author_in(path.stem), "filename")
    put("unit_type", recognise(values.get("unit", ""), vocabulary.unit_types), "unit")
    if row and row.received:
        origins["received"] = "manifest"
    return CaseInfo(
        id=submission.id,
        file=name,
        kind=values.get("kind", ""),
        title=values.get("title", ""),
        unit=values.get("unit", ""),
        unit_type=values.get("unit_type", ""),
        project=values.get("project", ""),
        author=values.get("author", ""),
        received=row.received if row else None,
        outside_similarity=row.outside_similarity if row else None,
        outside_ai=row.outside_ai if row else None,
        origins=MappingProxyType(origins),
    )


def assemble(
    submission: Submission, vocabulary: Vocabulary, limits: Limits | None = None, overrides: Overrides | None = None
) -> Case:
    """Read a submission's files and return the case. Raises :class:`UnreadableError` if the body can't be read.

    A form file that can't be read is no reason to lose the case: it becomes a warning.
    """
    limits = limits or Limits()
    data = submission.body.read(limits.size)
    intake = read(data, PurePosixPath(submission.file).name, limits)
    document = intake.document
    warnings = [*intake.warnings, *(IntakeWarning(code, message) for code, message in submission.notes)]
    form = find_form(document)
    if submission.form:
        form = _form_of_file(submission, limits, form, warnings)
    info = outline(submission, vocabulary, overrides)
    info = replace(info, sha256=hashlib.sha256(data).hexdigest(), format=intake.format)
    case = Case(info=info, document=document, form=form)
    title_span = find_title(case.plain, case.body, form.title.value if form and form.title else "")
    if title_span is None and form and form.place == "lines" and form.title and form.title.value:
        # “题目：…” at the head of the text is both: a line of the form and the title over the text.
        stated = form.title.span
        title_span = stated if stated and stated.end <= case.body_span.start else None
    info = _completed(info, vocabulary, case, document.quote(title_span) if title_span else "")
    if info.origins["kind"] == "default":
        warnings.append(IntakeWarning("kind_guessed", "案例类型未写明，按默认类型检查；请在报送清单或文件名中写明"))
    return replace(case, info=info, title_span=title_span, warnings=tuple(warnings))


def _form_of_file(
    submission: Submission, limits: Limits, inside: AuthorForm | None, warnings: list[IntakeWarning]
) -> AuthorForm | None:
    assert submission.form
    name = submission.form.name
    try:
        data = submission.form.read(limits.size)
        apart = find_form(read(data, PurePosixPath(name).name, limits).document, whole=True)
    except UnreadableError as error:
        warnings.append(IntakeWarning("form_unreadable", f"作者信息表“{name}”读不出来：{error.message}"))
        return inside
    if apart is None:
        warnings.append(IntakeWarning("form_unreadable", f"文件“{name}”中没有找到作者信息"))
        return inside
    outer = as_file(apart, name)
    if inside is None:
        return outer

    # The form inside the body keeps its places; what it leaves out comes from the file.
    def lacking(n: str) -> bool:
        mine: FormField | None = getattr(inside, n)
        return not (mine and mine.value)

    missing = {n: v for n in AuthorForm.FIELDS if (v := getattr(outer, n)) and lacking(n)}
    return replace(inside, file=name, **missing)


def _completed(info: CaseInfo, vocabulary: Vocabulary, case: Case, title: str) -> CaseInfo:
    """Fill what manifest and names leave open from the form, then from the text."""
    values: dict[str, str] = {k: getattr(info, k) for k in ("kind", "title", "unit", "unit_type", "project", "author")}
    origins = dict(info.origins)
    form, document = case.form, case.plain
    lines = [line for p in case.body if (line := document.quote(p.span).strip())]
    head = "\n".join(lines[:HEAD_LINES])

    def put(key: str, value: str, origin: str) -> None:
        if value and not values[key]:
            values[key], origins[key] = value, origin

    if title:
        values["title"], origins["title"] = " ".join(title.split()), "text"
    if form:
        put("title", form.title.value if form.title else "", "form")
        if form.name and form.name.value and origins.get("author") != "manifest":
            # A file name only hints at an author; the form states one.
            values["author"], origins["author"] = "".join(form.name.value.split()), "form"
        put("unit", form.unit.value if form.unit else "", "form")
    put("title", PurePosixPath(info.file).stem, "filename")
    put("kind", recognise(head, vocabulary.kinds), "text")
    put("kind", _kind_by_narrator(document, case, vocabulary.kinds), "text")
    put("kind", vocabulary.kinds[0][0] if vocabulary.kinds else "", "default")
    put("project", recognise(head, vocabulary.projects) or _most_named(document.text, vocabulary.projects), "text")
    for line in lines[1:HEAD_LINES]:
        if len(line) <= 40:
            put("unit", unit_in(line), "text")
    put("unit_type", recognise(values["unit"], vocabulary.unit_types), "unit")
    changes: dict[str, Any] = {**values, "origins": MappingProxyType(origins)}
    return replace(info, **changes)


def _kind_by_narrator(document: Document, case: Case, kinds: Names) -> str:
    text = document.quote(case.body_span)
    often = len(NARRATOR.findall(text)) * 1000 >= NARRATOR_PER_1000 * max(1, len(text))
    return GROWTH_STORY if often and any(key == GROWTH_STORY for key, _ in kinds) else ""


def _most_named(text: str, names: Names) -> str:
    counts: Mapping[str, int] = {key: sum(text.count(n) for n in all_names) for key, all_names in names}
    best = max(counts, key=lambda k: counts[k], default="")
    return best if best and counts[best] > 0 else ""
