"""From a folder, a zip or one file to submissions: which files belong together, which are left out, and why."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from screening.errors import UnreadableError, UsageError
from screening.intake.archive import ArchiveLimits, list_members, read_member
from screening.intake.manifest import Manifest, ManifestRow
from screening.intake.refusals import refusal

CANDIDATES = frozenset(
    {
        ".docx",
        ".docm",
        ".dotx",
        ".dotm",
        ".doc",
        ".dot",
        ".wps",
        ".wpt",
        ".rtf",
        ".pdf",
        ".txt",
        ".htm",
        ".html",
        ".mht",
        ".odt",
        "",
    }
)
_ARCHIVES = frozenset({".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz"})  # that are not opened
_JUNK = re.compile("(?:^|/)(?:__MACOSX(?:/|$)|\\.|~\\$|Thumbs\\.db$|desktop\\.ini$)", re.IGNORECASE)
_FORM = re.compile("(?:作者|个人|基本|报送|申报)?(?:信息|报名|登记|推荐|申报|审批)表|附表|作者信息")
_STEM_JUNK = re.compile("[\\s\\-—_－·.（）()【】\\[\\]《》“”]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a submission: on disk, or a member of a zip. Small and picklable; the bytes are read where they are needed."""

    name: str  # relative to what was given, NFC, forward slashes; for showing
    path: str
    member: str | None = None

    def read(self, limit: int) -> bytes:
        """Return the bytes. Raises :class:`UnreadableError` if there are more than ``limit`` bytes or the file can't be read."""
        try:
            data = self._bytes(limit)
        except (OSError, RuntimeError, ValueError, EOFError, NotImplementedError, _zip_error()) as error:
            raise (refusal("unreadable") if self.member is None else _damaged_member()) from error
        if len(data) > limit:
            raise UnreadableError(
                "too_large", f"文件超过 {limit / 2**20:.0f} MB", "请压缩文中图片（Word：图片格式 → 压缩图片）后再报送。"
            )
        return data

    def _bytes(self, limit: int) -> bytes:
        """Return the bytes, of a file that is too large one more than ``limit``; for who keeps files elsewhere to replace."""
        if self.member is not None:
            return read_member(Path(self.path), self.member, limit)
        with Path(self.path).open("rb") as stream:
            return stream.read(limit + 1)


def _damaged_member() -> UnreadableError:
    return UnreadableError(
        "unreadable", "文件在压缩包里已损坏，解不出来（可能没有传完）", "请在原电脑上重新压缩、重新上传后再试。"
    )


def _zip_error() -> type[Exception]:
    from zipfile import BadZipFile  # noqa: PLC0415 - a folder needs no zip

    return BadZipFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One case as it was handed in: the body, the author form if it is a file of its own, and what the manifest says."""

    id: str
    file: str
    body: Part
    form: Part | None = None
    row: ManifestRow | None = None
    notes: tuple[tuple[str, str], ...] = ()  # (code, message) of what was decided on the way


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that is no case, and why; nothing vanishes without a word."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that may be a case and could not even be opened."""

    id: str
    name: str
    code: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that was found, each in the order of the names."""

    submissions: tuple[Submission, ...]
    ignored: tuple[Ignored, ...] = ()
    refused: tuple[Refused, ...] = ()


def case_id(name: str) -> str:
    """Return the id of a submission: 12 hex digits of the sha256 of its relative name; stable from run to run.

    >>> case_id("临溪市教育局/案例.docx")
    '0cf2b04eb82e'
    """
    return hashlib.sha256(unicodedata.normalize("NFC", name).encode()).hexdigest()[:12]


def gather(
    path: Path,
    manifest: Manifest | None = None,
    *,
    skip: Iterable[Path] = (),
    leave_out: Path | None = None,
    namespace: str = "",
    limits: ArchiveLimits | None = None,
) -> Gathered:
    """Gather the submissions of a folder (recursively), a zip or one file.

    ``skip`` are files that are no cases (manifest, roster), ``leave_out`` a folder that is none (the results), ``namespace``
    keeps the ids of two gatherings apart. Raises :class:`UsageError` for a path that is missing, can't be
    read or holds no case, and :class:`ManifestError` if the manifest names files that are not there.
    """
    skipped = {p.resolve() for p in skip}
    try:
        there = path.exists()
    except OSError as error:
        raise _no_access(path) from error
    if not there:
        raise UsageError("input.missing", f"找不到 {shown_name(str(path))}", "请核对文件夹或压缩包的路径。")
    ignored: list[Ignored] = []
    refused: list[Refused] = []
    if path.is_dir():
        parts = list(_in_folder(path, skipped, leave_out, ignored))
    elif path.suffix.lower() == ".zip":
        parts = list(_in_zip(path, limits or ArchiveLimits(), ignored, refused))
    elif path.suffix.lower() in _ARCHIVES:
        raise UsageError(
            "input.archive",
            f"{shown_name(path.name)} 是 {path.suffix[1:].lower()} 压缩包，本程序不能解开",
            "请用解压软件解开，然后给出解开后的文件夹；或改为压缩成 zip。",
        )
    else:
        parts = [Part(shown_name(path.name), str(path))]
    submissions = _grouped(parts, manifest, namespace)
    if not submissions and not refused:
        raise _nothing_found(path, ignored)
    return Gathered(tuple(submissions), tuple(ignored), tuple(refused))


def _no_access(path: object) -> UsageError:
    return UsageError(
        "input.unreadable", f"没有权限读取 {shown_name(str(path))}", "请核对文件夹权限，或换一个有权限的账号运行。"
    )


def _nothing_found(path: Path, ignored: list[Ignored]) -> UsageError:
    shown = shown_name(str(path))
    if not ignored:
        return UsageError("input.empty", f"{shown} 是空的，没有文件", "请把案例的 Word 文件放进来再运行。")
    names = "、".join(i.name for i in ignored[:5])
    return UsageError(
        "input.no_word",
        f"{shown} 中没有 Word 文件（只见到 {names}{' 等' if len(ignored) > 5 else ''}）",
        "请放入 .docx 格式的案例；压缩包请直接作为参数给出，不要再套一层文件夹。",
    )


def shown_name(name: str) -> str:
    """Return a file's name as it is shown and compared: NFC, forward slashes, readable whatever system wrote it."""
    return unicodedata.normalize("NFC", "/".join(map(_printable, name.replace(os.sep, "/").split("/"))))


def _printable(name: str) -> str:
    """Return a file's name as text: what was unpacked on a system of another encoding is GB18030, not broken UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _in_folder(root: Path, skipped: set[Path], leave_out: Path | None, ignored: list[Ignored]) -> Iterator[Part]:
    def refuse(error: OSError) -> None:
        raise _no_access(error.filename) from error

    found = []
    seen: set[str] = set()
    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(
            f for f in folders if leave_out is None or (Path(folder) / f).resolve() != leave_out.resolve()
        )
        found += [Path(folder) / f for f in files]
    for file in sorted(found, key=lambda f: shown_name(str(f.relative_to(root)))):
        name = shown_name(str(file.relative_to(root)))
        if file.resolve() in skipped:
            continue
        if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
            ignored.append(Ignored(name, "指向文件夹以外的快捷方式（链接）"))
        elif reason := _no_candidate(name):
            ignored.append(Ignored(name, reason))
        elif name in seen:
            ignored.append(Ignored(name, "与另一个文件同名（只是文件名的编码不同），只读了第一个"))
        else:
            seen.add(name)
            yield Part(name, str(file))


def _in_zip(path: Path, limits: ArchiveLimits, ignored: list[Ignored], refused: list[Refused]) -> Iterator[Part]:
    for m in list_members(path, limits):
        name = shown_name(m.name)
        if m.code:
            refused.append(Refused(case_id(name), name, m.code, m.message, m.advice))
        elif reason := _no_candidate(name):
            ignored.append(Ignored(name, reason))
        else:
            yield Part(name, str(path), m.raw)


def _no_candidate(name: str) -> str:
    if _JUNK.search(name):
        # Lock files (~$) are Word's own, left behind while a file is open; the case itself lies beside them.
        return "系统或 Word 的临时文件"
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".zip" or suffix in _ARCHIVES:
        return "压缩包里的压缩包不会展开，请解压后再报送"
    if suffix in CANDIDATES or not re.fullmatch("\\.[a-z0-9]{1,5}", suffix):
        return ""
    return f"不是案例文档（{suffix}）"


def _grouped(parts: list[Part], manifest: Manifest | None, namespace: str) -> list[Submission]:
    by_name = {p.name: p for p in parts}
    rows = manifest.match(by_name) if manifest else {}
    forms_by_row = {row.form_file for row in rows.values() if row.form_file}
    bodies: list[Part] = []
    forms: list[Part] = []
    for p in parts:
        is_form = p.name in forms_by_row or (p.name not in rows and _named_form(p.name))
        (forms if is_form else bodies).append(p)
    partner, spare = _partners(bodies, forms)
    if manifest:
        for name, row in rows.items():
            if row.form_file in by_name:
                partner[name] = by_name[row.form_file]
    # A form that fits no body, or more than one, may be a case in its own right: it is screened as one, with a remark.
    loose = [f for f in forms if f not in partner.values()]
    out = []
    for p in sorted((*bodies, *loose), key=lambda p: p.name):
        notes = []
        if p in loose:
            notes.append(
                ("form_ambiguous", spare.get(p.name, "文件名像作者信息表，但找不到对应的正文，按单独一篇处理"))
            )
        if manifest and p.name not in rows:
            notes.append(("not_in_manifest", f"报送清单中没有“{PurePosixPath(p.name).name}”这一行"))
        out.append(
            Submission(
                id=case_id(namespace + p.name),
                file=p.name,
                body=p,
                form=partner.get(p.name),
                row=rows.get(p.name),
                notes=tuple(notes),
            )
        )
    return out


def _named_form(name: str) -> bool:
    """Say whether a file is named as a form: the word begins or ends the name, copies ("(1)") aside; 从一张信息表说起 is a case."""
    stem = re.sub("[0-9]+$", "", _stem(name))
    return any(m.start() == 0 or m.end() == len(stem) for m in _FORM.finditer(stem))


def _stem(name: str) -> str:
    return _STEM_JUNK.sub("", PurePosixPath(name).stem)


def _pieces(name: str) -> frozenset[str]:
    return frozenset(p for p in _STEM_JUNK.split(_FORM.sub("", PurePosixPath(name).stem)) if p)


def _partners(bodies: list[Part], forms: list[Part]) -> tuple[dict[str, Part], dict[str, str]]:
    """Match forms to bodies by name; never guessed when two bodies fit."""
    partner: dict[str, Part] = {}
    spare: dict[str, str] = {}
    for form in forms:
        folder = PurePosixPath(form.name).parent
        here = [b for b in bodies if PurePosixPath(b.name).parent == folder]
        key = _FORM.sub("", _stem(form.name))
        fits = [
            b
            for b in here
            if key and (_stem(b.name).startswith(key) or key.startswith(_stem(b.name)) or key in _stem(b.name))
        ]
        if len(fits) > 1:
            # 1-信息表 goes with 1-…, not with 11-….
            fits = [b for b in fits if _stem(b.name) == key] or [b for b in fits if key in _pieces(b.name)] or fits
        if not fits:
            fits = [b for b in here if any(_is_own(piece, b, here) for piece in _pieces(form.name))]
        if not fits and len(here) == 1 and sum(PurePosixPath(f.name).parent == folder for f in forms) == 1:
            fits = here
        fits = [b for b in fits if b.name not in partner]
        if len(fits) == 1:
            partner[fits[0].name] = form
        elif len(fits) > 1:
            spare[form.name] = "作者信息表与几份正文都对得上，无法确定归属，按单独一篇处理；请在报送清单中写明"
    return partner, spare


def _is_own(piece: str, body: Part, bodies: list[Part]) -> bool:
    """Say whether of all bodies only this one has the piece (an author, a title) in its name."""
    return len(piece) >= 2 and all((piece in _pieces(b.name)) is (b is body) for b in bodies)
