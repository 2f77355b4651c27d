"""Bytes to a document: hostile input ends here. Every file is read completely, or refused with a sentence and a remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from screening.document import Document
from screening.errors import UnreadableError
from screening.finding import IntakeWarning
from screening.intake.doc import read_doc
from screening.intake.docx import read_docx
from screening.intake.limits import Limits
from screening.intake.office import convert, foreign_format
from screening.intake.pdf import read_pdf
from screening.intake.plain import read_plain
from screening.intake.refusals import refusal
from screening.intake.rtf import read_rtf
from screening.intake.sniff import sniff
from screening.intake.warnings import SENTENCES, of_text
from screening.intake.web import read_html, read_mht

__all__ = ["Intake", "Limits", "parse", "read"]


@dataclass(frozen=True, slots=True)
class Intake:
    """A value plus messages: the document, its format as sniffed, what was seen on the way, the personal traces, pictures."""

    document: Document
    format: str
    warnings: tuple[IntakeWarning, ...] = ()
    properties: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    pictures: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; :meth:`from_json` reads them back to an equal value."""
        return {
            "document": self.document.to_json(),
            "format": self.format,
            "warnings": [w.to_json() for w in self.warnings],
            "properties": dict(self.properties),
            "pictures": self.pictures,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Intake:
        """Read what :meth:`to_json` wrote."""
        return cls(
            Document.from_json(data["document"]),
            data["format"],
            tuple(IntakeWarning(*w) for w in data["warnings"]),
            MappingProxyType(dict(data["properties"])),
            data["pictures"],
        )


Parser = Callable[[bytes, str, Limits], Intake]

# What people call a file of each format; under the name of another format it is told.
_SUFFIXES = {
    "docx": (".docx", ".docm", ".dotx", ".dotm"),
    "doc": (".doc", ".dot", ".wps", ".wpt"),
    "wps": (".wps", ".wpt", ".wks"),
    "rtf": (".rtf",),
    "pdf": (".pdf",),
    "html": (".html", ".htm"),
    "mht": (".mht", ".mhtml"),
    "txt": (".txt",),
}


def read(data: bytes, name: str = "", limits: Limits | None = None, *, by: Parser | None = None) -> Intake:
    """Read one file; what only LibreOffice knows is converted first. ``name`` serves only to say that an extension does not fit.

    ``by`` is what parses, :func:`parse` if not given: :mod:`screening.intake.boundary` does so in a process of its own.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`, a sentence and an advice.
    """
    limits, by = limits or Limits(), by or parse
    try:
        return by(data, name, limits)
    except UnreadableError as error:
        if error.code != "no_converter":
            raise
    kind = foreign_format(data)
    intake = by(convert(data, f".{kind}"), "", limits)
    return replace(intake, format=kind, warnings=(*_mismatch(name, kind), *intake.warnings))


def parse(data: bytes, name: str, limits: Limits) -> Intake:
    """Read one file with our own readers: no process, no file, no network.

    Raises :class:`UnreadableError`; the code "no_converter" asks for :func:`screening.intake.office.convert`.
    """
    if len(data) > limits.size:
        raise refusal("too_large", f"{len(data) / 2**20:.0f} MB，上限 {limits.size / 2**20:.0f} MB")
    kind = sniff(data, name)
    warnings: tuple[IntakeWarning, ...] = ()
    properties: dict[str, str] = {}
    pictures = 0
    match kind:
        case "zip":
            kind = "docx"
            document, warnings, properties, pictures = read_docx(data, limits)
        case "doc":
            document, warnings, properties, pictures = read_doc(data, limits)
        case "rtf":
            document, warnings, properties, pictures = read_rtf(data[data.index(b"{") :], limits)
        case "pdf":
            document, pictures = read_pdf(data, limits)
        case "html" | "mht":
            document, notes, pictures = (read_html if kind == "html" else read_mht)(data, limits)
            warnings = notes.warnings()
        case _:
            document = read_plain(data, limits)
    if len(document.text) > limits.characters or len(document.paragraphs) > limits.paragraphs:
        raise refusal("too_long")
    seen = (*_mismatch(name, kind), *warnings, *of_text(document, pictures))
    return Intake(document, kind, seen, MappingProxyType(properties), pictures)


def _mismatch(name: str, kind: str) -> tuple[IntakeWarning, ...]:
    """Say that the extension is that of another format."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _SUFFIXES[kind] or not any(suffix in known for known in _SUFFIXES.values()):
        return ()
    message = f"{SENTENCES['extension_mismatch']}：扩展名是 {suffix}，实际是 {_SUFFIXES[kind][0]} 格式"
    return (IntakeWarning("extension_mismatch", message),)
