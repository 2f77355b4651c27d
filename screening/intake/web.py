"""Web pages, also as a single file (.mht), that somebody saved under the name of a Word file: text only, nothing fetched or run."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError

from lxml import etree, html

from screening.document import Document, Paragraph, Span
from screening.intake.limits import Limits
from screening.intake.plain import decode
from screening.intake.refusals import refusal
from screening.intake.warnings import Notes

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARATION = re.compile("^\\s*<\\?xml[^>]*\\?>")
_HIDDEN = re.compile("display\\s*:\\s*none|visibility\\s*:\\s*hidden|mso-hide\\s*:\\s*all", re.IGNORECASE)
_SPACE = re.compile("[ \t\r\n\x0c]+")
_DROPPED = frozenset(
    ("script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "xml", "select")
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)


@dataclass(slots=True)
class _Writer:
    """The paragraphs in the making; a paragraph is closed wherever a block begins or ends."""

    lines: list[tuple[str, int | None, bool]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.open.append(text)

    def close(self, level: int | None, *, table: bool) -> None:
        text = _SPACE.sub(" ", "".join(self.open)).strip(" ")
        self.open.clear()
        if text.replace("\xa0", " ").strip():
            self.lines.append((text, level, table))

    def document(self) -> Document:
        paragraphs, at = [], 0
        for n, (text, level, table) in enumerate(self.lines):
            name = f"heading {level}" if level else ""
            paragraphs.append(Paragraph(Span(at, at + len(text)), name, f"body/{n}", level=level, table=table))
            at += len(text) + 1
        return Document("\n".join(t for t, _, _ in self.lines), tuple(paragraphs))


def read_html(data: bytes, limits: Limits, charset: str = "") -> tuple[Document, Notes, int]:
    """Return document, notes (hidden text) and the number of pictures. ``charset``: as a mail header states it.

    Raises :class:`UnreadableError` ("encoding", "damaged", "too_many_elements").
    """
    text = _DECLARATION.sub("", _decoded(data, charset)).replace("\0", "")
    try:
        parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise refusal("damaged") from error
    notes, writer = Notes(), _Writer()
    elements = pictures = 0
    level: int | None = None
    tables = 0
    skip: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if skip is not None:
            if event == "end" and element is skip:
                skip = None
                writer.say(element.tail or "")
            continue
        if event == "start":
            elements += 1
            if elements > limits.elements:
                raise refusal("too_many_elements")
            hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
            if tag in _DROPPED or hidden:
                if hidden and (words := "".join(element.itertext()).strip()):
                    notes.add("hidden_text", words, f"body/{len(writer.lines)}")
                skip = element
                continue
            if tag in _BLOCKS or tag == "br":
                writer.close(level, table=tables > 0)
            level = int(tag[1]) if re.fullmatch("h[1-6]", tag) else level
            tables += tag == "table"
            pictures += tag in ("img", "imagedata")
            writer.say(element.text or "")
        else:
            if tag in _BLOCKS:
                writer.close(level, table=tables > 0)
                tables -= tag == "table"
            level = None if re.fullmatch("h[1-6]", tag) else level
            writer.say(element.tail or "")
    writer.close(None, table=False)
    return writer.document(), notes, pictures


def read_mht(data: bytes, limits: Limits) -> tuple[Document, Notes, int]:
    """Return document, notes and pictures of a web page in one file (MIME). Raises as :func:`read_html` does."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        parts = [p for p in message.walk() if not p.is_multipart()]
        for wanted in ("text/html", "text/plain"):
            for part in parts:
                if part.get_content_type() == wanted:
                    raw = part.get_payload(decode=True)
                    document, notes, pictures = read_html(
                        raw if isinstance(raw, bytes) else b"", limits, part.get_content_charset() or ""
                    )
                    return document, notes, pictures
    except (MessageError, LookupError, ValueError, RecursionError) as error:
        raise refusal("damaged") from error
    raise refusal("damaged", "缺少正文")


def _decoded(data: bytes, charset: str) -> str:
    """Return the text by the stated charset if it holds strictly, else by the ladder of encodings."""
    stated = _CHARSET.search(data[:4096])
    name = charset or (stated[1].decode("ascii", "ignore") if stated else "")
    if name.lower() in ("gb2312", "gbk", "x-gbk"):
        name = "gb18030"
    if not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and name.lower() not in (
        "",
        "unicode",
        "utf-16",
    ):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data)
