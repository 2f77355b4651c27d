"""A zip of submissions, listed without trusting it: names are shown, never used as a path; limits before anything is inflated."""

from __future__ import annotations

import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from screening.errors import UsageError
from screening.intake import directory

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
FOLDERS = 4  # entries of a directory for each file, at most
_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
)  # LZMA may take gigabytes before the first byte


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits of one zip: bytes of the file, entries, bytes inflated in all, and ratio of one entry above 1 MB."""

    size: int = 200 * 2**20
    entries: int = 500
    inflated: int = 2 * 2**30
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a zip: the name to show (decoded, forward slashes), the raw name to open it by, or why it is refused."""

    name: str
    raw: str
    code: str = ""
    message: str = ""
    advice: str = ""


def _decoded(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Decode the names of an archive by one rule for all: UTF-8 where flagged or strictly valid, else GB18030.

    zipfile reads unflagged names as code page 437, which maps bytes one to one, so the bytes can be had back.
    """
    raw = [None if i.flag_bits & _UTF8_FLAG else _bytes_of(i.orig_filename) for i in infos]
    plain = [b for b in raw if b is not None]
    encoding = "utf-8" if all(_is_utf8(b) for b in plain) else "gb18030"
    return [i.orig_filename if b is None else b.decode(encoding, "replace") for i, b in zip(infos, raw, strict=True)]


def _bytes_of(name: str) -> bytes:
    try:
        return name.encode("cp437")
    except UnicodeEncodeError:
        return name.encode("utf-8")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def list_members(path: Path, limits: ArchiveLimits) -> tuple[Member, ...]:
    """List the files of a zip in the order of their names, folders left out. Raises :class:`UsageError` if it can't be used."""
    if path.stat().st_size > limits.size:
        raise UsageError(
            "zip.too_large",
            f"压缩包 {path.name} 有 {path.stat().st_size / 2**20:.0f} MB，超过上限 {limits.size / 2**20:.0f} MB",
            "请分成几个压缩包，或解压后直接给出文件夹。",
        )
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - directory.TAIL))
            found = directory.declared(stream.read())
        # Before the directory is read, which may be of gigabytes; it holds folders too, so the files are counted again below.
        if found and max(found[0], found[1] // directory.PER_ENTRY) > FOLDERS * limits.entries:
            raise _too_many(path, limits)
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UsageError(
            "zip.damaged", f"压缩包 {path.name} 打不开，可能已损坏或未传完", "请重新压缩后再试。"
        ) from error
    if len(infos) > limits.entries:
        raise _too_many(path, limits, f"有 {len(infos)} 个，")
    if sum(i.file_size for i in infos) > limits.inflated:
        raise UsageError(
            "zip.bomb",
            f"压缩包 {path.name} 解压后超过 {limits.inflated / 2**30:.0f} GB",
            "请核对压缩包内容，或解压后直接给出文件夹。",
        )
    names = _decoded(infos)
    members = [_member(i, n, limits) for i, n in zip(infos, names, strict=True)]
    return tuple(sorted(_without_twins(members), key=lambda m: m.name))


def _too_many(path: Path, limits: ArchiveLimits, seen: str = "") -> UsageError:
    return UsageError(
        "zip.too_many",
        f"压缩包 {path.name} 内的文件{seen}超过上限 {limits.entries} 个",
        "请分成几个压缩包，或解压后直接给出文件夹。",
    )


def _without_twins(members: list[Member]) -> Iterator[Member]:
    seen: set[str] = set()
    for m in members:
        shown = unicodedata.normalize("NFC", m.name)
        if m.raw in seen or shown in seen:
            yield Member(
                m.name, m.raw, "zip.same_name", f"压缩包里有两个同名文件“{m.name}”，只读了第一个", "请改名后分别报送。"
            )
        else:
            seen |= {m.raw, shown}
            yield m


def _member(info: zipfile.ZipInfo, name: str, limits: ArchiveLimits) -> Member:
    raw, shown = info.filename, name.replace("\\", "/")
    parts = PurePosixPath(shown).parts
    if "\0" in name or shown.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
        safe = "/".join(p for p in parts if p not in ("/", "//", "..")).replace("\0", "")
        return Member(
            safe,
            raw,
            "zip.bad_name",
            f"压缩包内的“{safe}”，文件名里带有盘符、上级文件夹（..）或看不见的字符，为安全起见没有打开",
            "请把压缩包解开，选中其中的文件，用电脑自带的“压缩为 zip”重新压缩。",
        )
    if len(shown) > 255:
        return Member(
            shown[:80] + "…", raw, "zip.long_name", "压缩包内的文件名超过 255 个字符", "请缩短文件名后重新压缩。"
        )
    if info.flag_bits & _ENCRYPTED_FLAG:
        return Member(shown, raw, "zip.encrypted", f"压缩包内的“{shown}”加了密码", "请去掉压缩密码后重新压缩。")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Member(shown, raw, "zip.link", f"压缩包内的“{shown}”是快捷方式（链接），不是文件", "请放入文件本身。")
    if info.compress_type not in _METHODS:
        return Member(
            shown,
            raw,
            "zip.method",
            f"压缩包内的“{shown}”用了本程序不认识的压缩方法",
            "请用电脑自带的“压缩为 zip”重新压缩。",
        )
    if info.file_size > 2**20 and info.file_size > limits.ratio * max(1, info.compress_size):
        return Member(
            shown,
            raw,
            "bomb",
            f"压缩包内的“{shown}”解压后异常巨大，为安全起见没有打开",
            "请用 Word 打开后另存，再重新压缩。",
        )
    return Member(shown, raw)


def read_member(path: Path, raw: str, limit: int) -> bytes:
    """Return at most ``limit`` + 1 bytes of a member; a longer answer tells the caller that the file is too large."""
    with zipfile.ZipFile(path) as archive:
        # zipfile would open the last of two members of one name; what is promised is the first.
        first = next((i for i in archive.infolist() if i.filename == raw), None)
        if first is None:
            raise zipfile.BadZipFile(raw)
        try:
            with archive.open(first) as stream:
                return stream.read(limit + 1)
        except zlib.error as error:
            raise zipfile.BadZipFile(raw) from error
