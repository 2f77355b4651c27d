"""Bytes to a document: hostile input ends here. Every file is read completely, or refused with a sentence and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from screening.document import Document
from screening.finding import IntakeWarning
from screening.intake.docx import read_docx
from screening.intake.limits import Limits
from screening.intake.plain import read_plain
from screening.intake.refusals import refusal
from screening.intake.sniff import sniff
from screening.intake.warnings import SENTENCES, of_text

__all__ = ["Intake", "Limits", "read"]


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


def read(data: bytes, name: str = "", limits: Limits | None = None) -> Intake:
    """Read one file. ``name`` serves only to say that an extension does not fit.

    Raises :class:`UnreadableError` with a code of :mod:`screening.intake.refusals`, a sentence and an advice.
    """
    limits = limits or Limits()
    if len(data) > limits.size:
        raise refusal("too_large", f"{len(data) / 2**20:.0f} MB，上限 {limits.size / 2**20:.0f} MB")
    if sniff(data, name) == "zip":
        document, warnings, properties, pictures = read_docx(data, limits)
        if len(document.text) > limits.characters or len(document.paragraphs) > limits.paragraphs:
            raise refusal("too_long")
        return Intake(
            document, "docx", (*warnings, *of_text(document, pictures)), MappingProxyType(properties), pictures
        )
    document = read_plain(data, limits)
    suffix = PurePosixPath(name).suffix.lower()
    mismatch = (
        (IntakeWarning("extension_mismatch", SENTENCES["extension_mismatch"]),) if suffix not in ("", ".txt") else ()
    )
    return Intake(document, "txt", (*mismatch, *of_text(document, 0)))
