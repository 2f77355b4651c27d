"""What comes with a request, cleaned: names of files, fields, metadata; nothing here trusts what it was given.

Errors name the field and never repeat its value: what stands in the wrong field may be somebody's name or phone.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from fastapi._form_limits import _FormLimits  # the type of a public parameter has no public name

from screening.case import CaseInfo, unit_key
from screening.errors import ManifestError
from screening.intake.archive import ArchiveLimits
from screening.intake.assemble import outline
from screening.intake.gather import Part, Submission, case_id, shown_name
from screening.intake.manifest import ManifestRow, share, when
from screening.intake.metadata import recognise
from screening.pipeline import vocabulary
from screening.rulebook import Rulebook, available
from service.context import Service
from service.errors import ServiceError
from service.people.principal import Principal, Role
from service.settings import Settings
from service.store import books, rulebooks
from service.store.files import digest_of

MB: Final = 1 << 20
FORM: Final[_FormLimits] = {"max_files": 4, "max_fields": 40, "max_part_size": 64 << 10}  # of a multipart request
LONGEST_NAME: Final = 255
TABLE_LIMITS: Final = ArchiveLimits(size=8 * MB, entries=2000, inflated=128 * MB)  # of a spreadsheet
_JOINERS: Final = "\u200c\u200d"  # in emoji and in Indic scripts
_YEARS: Final = range(2000, 2100)
# What each field may hold, in characters.
LENGTHS: Final = {"title": 300, "unit": 200, "unit_type": 100, "project": 100, "author": 200, "kind": 100, "name": 200}


def plain(value: str | None) -> str:
    r"""Return a line of text as it is kept: NFC, without characters that can't be seen or change the direction of what follows.

    >>> plain("  一\x00份\u202e材料\n之二 ")
    '一份材料 之二'
    """
    spaced = "".join(" " if c in "\t\n\r\x0b\x0c\x85\u2028\u2029" else c for c in value or "")
    seen = (c for c in spaced if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", "".join(seen)).strip()


def field(value: str | None, name: str) -> str:
    """Return a field of the request, cleaned. Raises :class:`ServiceError` 422 if it is too long."""
    said = plain(value)
    if len(said) > LENGTHS[name]:
        raise ServiceError(
            422, "field.long", f"{name} 太长（{len(said)} 个字符，上限 {LENGTHS[name]} 个）", "请写短一些。"
        )
    return said


def file_name(given: str | None) -> str:
    r"""Return a file's name to show, to tell a case by and never to be used as a path: its last part, cleaned.

    Raises :class:`ServiceError` 422 if nothing is left, or far too much.

    >>> file_name("C:\\资料\\案例.docx"), file_name("../../etc/passwd")
    ('案例.docx', 'passwd')
    """
    name = shown_name(plain((given or "").replace("\\", "/").rsplit("/", 1)[-1]))
    if not name.strip(". "):
        raise ServiceError(422, "file.name", "上传的文件没有文件名", "请带上文件名（含扩展名），例如 案例.docx。")
    if len(name) > LONGEST_NAME:
        raise ServiceError(422, "file.name", f"文件名超过 {LONGEST_NAME} 个字符", "请缩短文件名后再上传。")
    return name


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request; ``stream`` stands at its beginning."""

    name: str
    stream: BinaryIO
    sha256: str
    size: int

    @classmethod
    def of(cls, given: Any, most: int) -> Upload:
        """Take a file of a form. Raises :class:`ServiceError` 422 for its name or if it is empty, 413 if it has more than ``most`` MB."""
        name = file_name(given.filename)
        if (given.size or 0) > most * MB:
            raise ServiceError(
                413,
                "too_large",
                f"文件太大（{given.size / MB:.0f} MB，上限 {most} MB）",
                "请压缩文中图片（Word：图片格式 → 压缩图片）后再上传。",
            )
        sha256, size = digest_of(given.file)
        if not size:
            raise ServiceError(422, "empty", "文件是空的（0 字节）", "请重新导出或重新上传。")
        return cls(name, given.file, sha256, size)


def digest_of_request(values: Mapping[str, Any], *files: Upload | None) -> str:
    """Return the digest by which a request is known again: its fields, and the names and bytes of its files (hex sha256)."""
    whole = [sorted(values.items()), [f and (f.name, f.sha256) for f in files]]
    return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def rulebook_named(here: Service, name: str | None) -> tuple[str, Rulebook]:
    """Return a rulebook that may be asked for, and its name.

    That is one that comes with the program, the installation's own, or one that was ever activated: by its full name, or by its id, which
    means the newest of these. "" is the one of new batches. A request never names a path. Raises :class:`ServiceError` 422.
    """
    own = here.settings.rulebook
    with here.store.read() as tx:
        used = rulebooks.activated(tx)
        said = plain(name) or rulebooks.active(tx, own)
    known = dict.fromkeys((own, *available(), *used))
    if said not in known:
        said = next((k for k in used if k.partition("@")[0] == said), own if said == books.load(own).id else said)
    if said not in known:
        # The installation's own may be a path, which is nobody's business.
        named = "、".join(k for k in known if "/" not in k and not k.endswith(".toml"))
        raise ServiceError(422, "rulebook.unknown", "没有这个规则集", f"可用的规则集：{named}。")
    return said, books.load(said)


def kind_named(book: Rulebook, said: str) -> str:
    """Return the kind that a request names, by its key or a Chinese name; "" for none. Raises :class:`ServiceError` 422."""
    if not said:
        return ""
    found = said if said in book.kinds else recognise(said, vocabulary(book).kinds)
    if not found:
        known = "、".join(f"{k.kind}（{k.label}）" for k in book.kinds.values())
        raise ServiceError(422, "kind.unknown", f"规则集“{book.id}”没有这种材料类型", f"可用的类型：{known}。")
    return found


def unit_of(who: Principal, said: str) -> str:
    """Return the unit that hands in: a submitter's own, whatever is said or not. Raises :class:`ServiceError` 403 for another one."""
    if who.role is not Role.SUBMITTER:
        return said
    if said and unit_key(said) != who.unit_key:
        raise ServiceError(
            403, "unit.other", f"这个账号或密钥只能为“{who.unit}”报送", "请去掉 unit，或改用该单位自己的密钥。"
        )
    return who.unit


def received_at(said: str) -> datetime | None:
    """Read a time as people write it. Raises :class:`ServiceError` 422."""
    try:
        found = when(said, "received")
    except ManifestError as error:
        raise ServiceError(422, error.code, "received：报送时间读不懂", error.advice) from error
    if found and found.year not in _YEARS:
        raise ServiceError(422, "manifest.date", "received：报送时间不像是真的", "请写成 2024-01-20 09:30。")
    return found


def share_of(said: str, name: str) -> float | None:
    """Read a share, "12.5%" or 0.125. Raises :class:`ServiceError` 422."""
    try:
        return share(said, "请求", name)
    except ManifestError as error:
        raise ServiceError(422, error.code, f"{name} 应是 0 到 100% 之间的数", error.advice) from error


def row_of(name: str, **said: Any) -> dict[str, Any]:
    """Return what a request says of a file as a row of a list, in plain JSON values; empty if it says nothing."""
    if not any(v not in ("", None) for v in said.values()):
        return {}
    row = asdict(ManifestRow(line=1, file=name, **said))
    return row | {"received": row["received"] and row["received"].isoformat()}


def told(name: str, row: Mapping[str, Any], book: Rulebook) -> CaseInfo:
    """Return what is known of a case by its row and its file's name, before it is opened."""
    said = dict(row)
    if said.get("received"):
        said["received"] = datetime.fromisoformat(said["received"])
    manifest = ManifestRow(**said) if said else None
    return outline(Submission(id=case_id(name), file=name, body=Part(name, ""), row=manifest), vocabulary(book))


def zip_limits(settings: Settings) -> ArchiveLimits:
    """Return the limits of a batch's zip."""
    return ArchiveLimits(
        size=settings.max_batch * MB,
        entries=settings.max_members,
        inflated=4 * settings.max_batch * MB,
    )


def scratch(settings: Settings) -> Path:
    """Return the folder for files that live as long as a request."""
    folder = settings.data / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
