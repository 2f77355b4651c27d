"""An OOXML package under limits: central directory first, only the needed parts inflated, no DOCTYPE, no network."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from screening.intake import directory
from screening.intake.limits import Limits
from screening.intake.refusals import refusal

# Strict OOXML says the same things under other names.
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/picture", b"http://schemas.openxmlformats.org/drawingml/2006/picture"),
    (b"http://purl.oclc.org/ooxml/drawingml/chart", b"http://schemas.openxmlformats.org/drawingml/2006/chart"),
    (b"http://purl.oclc.org/ooxml/drawingml/diagram", b"http://schemas.openxmlformats.org/drawingml/2006/diagram"),
)
_DOCTYPE = re.compile(
    rb"<!\s*DOCTYPE|<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E|\x00<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E"
)
_DOCTYPE_NAME = (
    b"DOCTYPE",
    b"D\x00O\x00C\x00T\x00Y\x00P\x00E",
)  # a plain search for it costs a twentieth of the pattern
_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
)  # others (LZMA) may take gigabytes before the first byte comes out


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship: the last part of its type ("header", "image" …), its target as a part name, or an outside address."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of one file. Raises :class:`UnreadableError` for everything that is damaged, hostile or no package."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._inflated = 0
        self._relations: dict[str, dict[str, Relation]] = {}
        _count_entries(data, limits)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except (
            zipfile.BadZipFile,
            ValueError,
            OSError,
            struct.error,
            NotImplementedError,
            IndexError,
            UnicodeDecodeError,
        ) as error:
            raise refusal("damaged") from error
        if len(infos) > limits.entries:
            raise refusal("too_many_entries", f"{len(infos)} 个")
        if any(i.flag_bits & 0x1 for i in infos):
            raise refusal("encrypted")
        if sum(i.file_size for i in infos if not _is_media(i.filename)) > limits.inflated:
            raise refusal("bomb")
        if any(_swells(i, limits) for i in infos):
            raise refusal("bomb")
        if not directory.apart(infos, self._zip.start_dir):
            raise refusal("damaged", "部件互相重叠")
        # The first of two parts of one name counts, as in Word; the second can't smuggle in another text.
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._parts.setdefault(info.filename.replace("\\", "/").lstrip("/").lower(), info)

    def names(self) -> tuple[str, ...]:
        """Names of the parts, in lower case."""
        return tuple(self._parts)

    def written_names(self) -> tuple[str, ...]:
        """Names of the parts in their order, as they are written in the file."""
        return tuple(info.filename for info in self._parts.values())

    def has(self, name: str) -> bool:
        """Say whether there is a part of that name, whatever its case."""
        return name.lower() in self._parts

    def read(self, name: str) -> bytes:
        """Inflate one part, within the cap of the whole file."""
        info = self._parts.get(name.replace("\\", "/").lstrip("/").lower())
        if info is None:
            raise refusal("damaged", f"缺少部件 {posixpath.basename(name)}")
        if info.compress_type not in _METHODS:
            raise refusal("damaged", "压缩方法不是 Word 用的")
        room = self._limits.inflated - self._inflated
        try:
            with self._zip.open(info) as stream:
                data = stream.read(min(room, info.file_size) + 1)
        except MemoryError:
            raise
        except Exception as error:  # zipfile and zlib raise many kinds on damaged members
            raise refusal("damaged") from error
        if len(data) > room:
            raise refusal("bomb")
        self._inflated += len(data)
        return data

    def xml(self, name: str) -> etree._Element:
        """Parse one part; Strict OOXML is read as the ordinary kind."""
        data = self.read(name)
        if b"purl.oclc.org" in data:
            for strict, plain in _STRICT:
                data = data.replace(strict, plain)
        return self.parse(data)

    def parse(self, data: bytes) -> etree._Element:
        """Parse the bytes of a part: no entities, no DTD, no network, limited depth."""
        if any(name in data for name in _DOCTYPE_NAME) and _DOCTYPE.search(data):
            raise refusal("doctype")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            if isinstance(error, etree.XMLSyntaxError) and getattr(error, "code", 0) == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from error
            raise refusal("too_deep" if "depth" in str(error).lower() else "damaged") from error
        if root is None:
            raise refusal("damaged")
        if root.getroottree().docinfo.internalDTD is not None:
            raise refusal("doctype")
        # Four bytes are the least that an element can take, so most files need no counting.
        if len(data) > 4 * self._limits.elements and sum(1 for _ in root.iter()) > self._limits.elements:
            raise refusal("too_many_elements")
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the relationships of a part ("" for the package) by id; dangling and odd targets are kept as they are."""
        if part not in self._relations:
            self._relations[part] = self._read_relations(part)
        return self._relations[part]

    def _read_relations(self, part: str) -> dict[str, Relation]:
        folder, base = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{base}.rels")
        if not self.has(name):
            return {}
        out = {}
        for row in self.xml(name):
            if not isinstance(row.tag, str):
                continue
            target = row.get("Target") or ""
            external = row.get("TargetMode", "").lower() == "external"
            if not external:
                target = unquote(target.split("#")[0])
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (row.get("Type") or "").rstrip("/").rsplit("/", 1)[-1]
            out[row.get("Id") or ""] = Relation(kind, target, external)
        return out


def _is_media(name: str) -> bool:
    return "/media/" in name.lower()


def _swells(info: zipfile.ZipInfo, limits: Limits) -> bool:
    """Say whether a part is a bomb by its own account. Pictures are not inflated as a whole, and drawings of Word (EMF) are mostly zeros."""
    least = limits.inflated if _is_media(info.filename) else 2**20
    return info.file_size > least and info.file_size > limits.ratio * max(1, info.compress_size)


def _count_entries(data: bytes, limits: Limits) -> None:
    """Refuse a directory of very many entries before it is read."""
    found = directory.declared(data[-directory.TAIL :])
    if found is None:
        raise refusal("damaged")
    entries, size = found
    if entries > limits.entries or size > limits.entries * directory.PER_ENTRY:
        raise refusal("too_many_entries", f"{entries} 个" if entries > limits.entries else "")
