"""Blind copies: the personal traces of a .docx beside its text, and the file written anew without them and with names masked."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from screening.document import Span
from screening.errors import UnreadableError
from screening.intake import exif
from screening.intake.limits import Limits
from screening.intake.package import Package
from screening.intake.sniff import sniff
from screening.text.names import Hidden, masked_at

AUTHOR = "作者"  # in the place of those who commented or revised
_XML = (".xml", ".rels", ".vml", ".svg")
_PICTURES = (".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_WORDLESS = (*_PICTURES, ".odttf", ".ttf")
_PEOPLE = re.compile("(?:.*/)?people[0-9]*\\.xml")
_THUMBNAIL = re.compile("docprops/thumbnail\\.[a-z]+")
_PARAGRAPHS = frozenset(("p", "si", "is"))
# A paragraph's words, by what shows them: those shown, those and the deleted ones, the codes of fields.
_LAYERS = (frozenset(("t",)), frozenset(("t", "delText")), frozenset(("instrText", "delInstrText")))
_LAYERED = frozenset().union(*_LAYERS)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SAID = frozenset(("descr", "title", "alt", "instr", "string", "Target", "tooltip"))  # attributes written for people
_NAMED = frozenset(("docVar", "alias", "tag"))
_FORGOTTEN = frozenset((("commentExtensible", "dateUtc"), ("permStart", "ed")))
_KEPT_IN_APP = frozenset(
    "Application AppVersion Pages Words Characters CharactersWithSpaces Lines Paragraphs TotalTime DocSecurity ScaleCrop"  # noqa: SIM905 - a list of fifteen strings would take fifteen lines
    " LinksUpToDate SharedDoc HyperlinksChanged Properties".split()
)
_TEMPLATE = "Normal.dotm"
_PATH = re.compile("file:.*|[A-Za-z]:[\\\\/].*|\\\\\\\\.*", re.IGNORECASE | re.DOTALL)
NESTED = 2  # how deep packages inside the package are opened


@dataclass(frozen=True, slots=True)
class Trace:
    """One personal trace: ``kind`` ("creator", "commented_by", "revised_by", "picture", "template", "mail", "file" …), value, part."""

    kind: str
    value: str
    where: str


@dataclass(frozen=True, slots=True)
class Traces:
    """The personal traces of a file apart from its text, each kind, value and part once, in the order of the parts."""

    rows: tuple[Trace, ...]

    def of(self, *kinds: str) -> tuple[str, ...]:
        """Return the values of some kinds, each once."""
        return tuple(dict.fromkeys(r.value for r in self.rows if r.kind in kinds))


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _attributes(root: etree._Element) -> Iterator[tuple[etree._Element, str, str, str]]:
    """Yield (element, full name, local name, value) of every attribute."""
    for element in root.iter():
        for name, value in element.items():
            yield element, str(name), etree.QName(name).localname, str(value)


def _opened(data: bytes, limits: Limits) -> Package:
    if sniff(data) != "zip":
        raise UnreadableError("blind_format", "只能为 .docx 文件制作盲审副本", "请用 Word 或 WPS 另存为 .docx 后再试。")
    return Package(data, limits)


def traces(data: bytes, name: str = "", limits: Limits | None = None) -> Traces:
    """Return the personal traces of a .docx; ``name`` is its file name.

    Raises :class:`UnreadableError` for what is no readable package.
    """
    package = _opened(data, limits or Limits())
    rows = [Trace("file", name, "")] if name else []
    for part in package.written_names():
        content = package.read(part)
        if part.lower().endswith(_XML):
            rows += _traces_of(package.parse(content), part)
        else:
            rows += (Trace("picture", f"{k}：{v}", part) for k, v in exif.facts(content).items())
    return Traces(tuple(dict.fromkeys(rows)))


def _traces_of(root: etree._Element, part: str) -> Iterator[Trace]:
    lower = part.lower()
    if lower.startswith("docprops/"):
        for element in root.iter():
            if element.text and element.text.strip() and _local(element) not in _KEPT_IN_APP:
                yield Trace(element.get("name") or _kind_of_value(element), element.text.strip(), part)
    for element, _, local, value in _attributes(root):
        tag = _local(element)
        if local == "author" and value.strip():
            kind = "person" if tag == "person" else "commented_by" if tag == "comment" else "revised_by"
            yield Trace(kind, value, part)
            dates = (v for n, v in element.items() if etree.QName(n).localname == "date")
            yield from (Trace(f"{kind}_date", str(d), part) for d in dates)
        elif local == "userId" and tag == "presenceInfo":
            yield Trace("person", value, part)
        elif local == "Target" and (element.get("Type") or "").endswith("/attachedTemplate"):
            yield Trace("template", value, part)
        elif local == "Target" and value.lower().startswith(("mailto:", "tel:")):
            yield Trace("mail", value.partition(":")[2], part)
        elif local == "Target" and element.get("TargetMode") == "External" and _PATH.fullmatch(value):
            yield Trace("path", value, part)


def _kind_of_value(element: etree._Element) -> str:
    """Return the name of a property; in custom.xml and lists it stands on an element around the value."""
    for above in element.iterancestors():
        if _local(above) == "property":
            return above.get("name") or "property"
    return _local(element)


@dataclass(frozen=True, slots=True)
class BlindCopy:
    """The bytes of the copy, the parts that could not be masked and may hold words (objects, macros), the number of pictures."""

    data: bytes
    left: tuple[str, ...] = ()
    pictures: int = 0


def masked(
    data: bytes,
    names: Sequence[str],
    *,
    units: Sequence[str] = (),
    values: Sequence[str] = (),
    limits: Limits | None = None,
) -> bytes:
    """Return a blind copy of a .docx; :func:`blind_copy` also tells what could not be masked."""
    return blind_copy(data, Hidden.of(names, units, values), limits).data


def blind_copy(data: bytes, hidden: Hidden, limits: Limits | None = None) -> BlindCopy:
    """Return a copy of a .docx with a text of equal length in which what is hidden, and every phone and mailbox, is masked.

    Properties, authors, dates of revisions, people, thumbnails, what photographs say of their makers and the paths of
    links go; what concerns none of this stays byte for byte. Raises :class:`UnreadableError` for what is no readable package.
    """
    limits = limits or Limits()
    _opened(data, limits)
    copy = _Copy(hidden, limits, limits.inflated)
    return BlindCopy(copy.package(data, "", 0), tuple(copy.left), copy.pictures)


@dataclass(slots=True)
class _Copy:
    """One copy in the making; ``room`` is what may still be inflated, packages inside the package included."""

    hidden: Hidden
    limits: Limits
    room: int
    left: list[str] = field(default_factory=list)
    pictures: int = 0

    def package(self, data: bytes, path: str, depth: int) -> bytes:
        package = Package(data, replace(self.limits, inflated=self.room))
        dropped = {n for n in package.names() if _PEOPLE.fullmatch(n) or _THUMBNAIL.fullmatch(n)}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in package.written_names():
                plain = name.replace("\\", "/").lstrip("/")
                if plain.lower() in dropped:
                    continue
                content = package.read(name)
                self.room -= len(content)
                content = self._part(content, plain, package, f"{path}{plain}", dropped, depth)
                # Not the time of saving: it is a trace too.
                info = zipfile.ZipInfo(masked_at(plain, self.hidden.spans(plain, numbered=False)))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return out.getvalue()

    def _part(self, content: bytes, name: str, package: Package, path: str, dropped: set[str], depth: int) -> bytes:
        if name.lower().endswith(_XML):
            return _masked_xml(content, name, package, self.hidden, dropped)
        if content.startswith(b"PK\x03\x04") and depth < NESTED:
            try:
                return self.package(content, f"{path}/", depth + 1)
            except UnreadableError as error:
                if error.code not in ("damaged", "encrypted"):
                    raise
        self.pictures += name.lower().endswith(_PICTURES)
        if not name.endswith("/") and not name.lower().endswith(_WORDLESS):
            self.left.append(path)
        return exif.stripped(content)


def _masked_xml(content: bytes, name: str, package: Package, hidden: Hidden, dropped: set[str]) -> bytes:
    root = package.parse(content)
    before = etree.tostring(root)
    lower = name.lower()
    # Programs give the properties other names of parts; their roots tell them.
    space = etree.QName(root).namespace or ""
    if lower in ("docprops/core.xml", "docprops/custom.xml") or space.endswith(
        ("core-properties", "custom-properties")
    ):
        del root[:]
    elif lower == "docprops/app.xml" or space.endswith(("extended-properties", "extendedProperties")):
        for child in [e for e in root if _local(e) not in _KEPT_IN_APP]:
            root.remove(child)
    elif lower.endswith(".rels") or lower == "[content_types].xml":
        _forget(root, name, dropped)
    _mask_attributes(root, hidden)
    for paragraph in root.iter():
        if _local(paragraph) in _PARAGRAPHS:
            for layer in _LAYERS:
                _mask_paragraph(paragraph, layer, hidden)
    _mask_elsewhere(root, hidden)
    # Comments and instructions fell out in parsing; the part is written anew if they, or anything else, are gone.
    if etree.tostring(root) == before and b"<!--" not in content:
        return content
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _forget(root: etree._Element, name: str, dropped: set[str]) -> None:
    """Take out the relations to parts that are no more, and their types; make paths of the author's disk anonymous."""
    folder = posixpath.dirname(posixpath.dirname(name))
    for row in list(root):
        target = row.get("Target") or row.get("PartName") or ""
        if row.get("TargetMode") == "External":
            if (row.get("Type") or "").endswith("/attachedTemplate"):
                row.set("Target", _TEMPLATE)
            elif _PATH.fullmatch(target):
                row.set("Target", re.split("[\\\\/]|%5[cC]|%2[fF]", target)[-1] or "file")
        elif posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/").lower() in dropped:
            root.remove(row)


def _mask_attributes(root: etree._Element, hidden: Hidden) -> None:
    for element, name, local, value in list(_attributes(root)):
        tag = _local(element)
        if local == "author":
            element.set(name, AUTHOR)
        elif local == "initials" and tag == "comment":
            element.set(name, "")
        elif (tag, local) in _FORGOTTEN or (
            local == "date" and any(n.endswith("}author") for n in map(str, element.attrib))
        ):
            del element.attrib[name]
        elif (
            said := local in _SAID or tag in _NAMED
        ) or not value.isascii():  # the others are numbers, switches and ids
            inside = local == "Target" and element.get("TargetMode") != "External"  # the name of a part
            if spans := hidden.spans(value, numbered=said and not inside):
                element.set(name, masked_at(value, spans))


def _mask_elsewhere(root: etree._Element, hidden: Hidden) -> None:
    """Mask in what stands in no paragraph: values of charts, data of forms, names of authors in a list."""
    for element in root.iter():
        in_layer = _local(element) in _LAYERED and any(_local(e) in _PARAGRAPHS for e in element.iterancestors())
        if not in_layer and element.text and element.text.strip() and (spans := hidden.spans(element.text)):
            element.text = masked_at(element.text, spans)
        if element.tail and element.tail.strip() and (spans := hidden.spans(element.tail)):
            element.tail = masked_at(element.tail, spans)


def _own(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements of a paragraph in order, without paragraphs inside it (text boxes) and the pinyin over words."""
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        if _local(element) not in _PARAGRAPHS and _local(element) != "rt":
            yield element
            stack.extend(reversed(element))


def _mask_paragraph(paragraph: etree._Element, layer: frozenset[str], hidden: Hidden) -> None:
    """Mask over all elements of one layer together, for a name may be split."""
    nodes: list[tuple[etree._Element | None, str]] = []
    for element in _own(paragraph):
        local = _local(element)
        if local in layer and element.text:
            nodes.append((element, element.text))
        elif local in _SIGNS:
            nodes.append((None, _SIGNS[local]))
    text = "".join(words for _, words in nodes)
    spans = hidden.spans(text) if text.strip() else ()
    if not spans:
        return
    written = masked_at(text, spans)
    at = 0
    for node, words in nodes:
        piece = written[at : at + len(words)]
        at += len(words)
        if node is not None and piece != words:
            node.text = piece
            _mask_pinyin(node)


def _mask_pinyin(node: etree._Element) -> None:
    ruby = next((e for e in node.iterancestors() if _local(e) == "ruby"), None)
    for element in ruby.iter() if ruby is not None else ():
        if element.text and any(_local(e) == "rt" for e in element.iterancestors()):
            element.text = masked_at(element.text, [Span(0, len(element.text))])
