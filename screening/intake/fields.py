"""Fields: their codes are no text, but text may hide in them, and some of them fetch or start things."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from screening.intake.warnings import Notes

# Of these Word shows something else than what stands in the code, or nothing.
_CARRIERS = re.compile(
    "\\s*(?:QUOTE|IF|SET|ASK|FILLIN|COMMENTS|DOCPROPERTY|DOCVARIABLE|INFO|TITLE|SUBJECT|KEYWORDS|MACROBUTTON|PRIVATE|=)",
    re.IGNORECASE,
)
HARMFUL = re.compile("\\s*\\\\?(?:DDEAUTO|DDE|INCLUDETEXT|IMPORT|LINK|DATABASE)\\b", re.IGNORECASE)
_PICTURE = re.compile('\\s*INCLUDEPICTURE\\s+(?:\\\\[a-z*]\\s+)*"?([^"]*)', re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
LONG = 20  # Han characters; shorter ones are prompts and names
# Characters over each other: a reading over its word, a circle round a number. Word has no result for them, it draws the code.
_OVERSTRUCK = re.compile(
    r"\s*EQ\s.{0,200}?\\o(?:\s*\\a[clrd])?\s*\(.{1,200}[,;，；]([^,;，；()\\]{1,20})\)\s*", re.IGNORECASE | re.DOTALL
)


def overstruck(code: str) -> tuple[int, int]:
    r"""Return where in a code the word stands that lies under its reading, or in its circle; (0, 0) in other codes.

    >>> code = r" EQ \* jc0 \o\ad(\s\up 9(péi),培) "
    >>> start, end = overstruck(code)
    >>> code[start:end]
    '培'
    """
    match = _OVERSTRUCK.fullmatch(code)
    return match.span(1) if match else (0, 0)


def is_far(target: str) -> bool:
    r"""Say whether an address lies outside the author's own machine: on the web or on a server.

    >>> [is_far(t) for t in ("http://x.example/a", r"\\host\a.png", "file:///C:/a.png", "a.png", "file://host/a")]
    [True, True, False, False, True]
    """
    plain = target.strip().strip('"').replace("\\", "/").lower()
    if plain.startswith("file:"):
        rest = plain.removeprefix("file:")
        slashes = len(rest) - len(rest.lstrip("/"))
        # Word on a Mac writes four slashes before a path of its own disk.
        own = re.match(
            "localhost/|[a-z]:|[a-z]%3a|(?:users|volumes|applications|library|private|home|tmp)/", rest.lstrip("/")
        )
        return own is None and (slashes == 2 or slashes > 3)
    return bool(re.match("(?:[a-z][a-z0-9+.-]+:)?//|(?:https?|ftp|mhtml):", plain))


def note_code(code: str, notes: Notes, source: str) -> None:
    """Note what is remarkable in the code of one field."""
    if HARMFUL.match(code):
        notes.add("fields", code.strip(), source)
    elif picture := _PICTURE.match(code):
        notes.add("external_link" if is_far(picture[1]) else "linked_picture", code.strip(), source)
    elif _CARRIERS.match(code) and len(_HAN.findall(code)) >= LONG:
        notes.add("field_text", code.strip(), source)


@dataclass(slots=True)
class Field:
    """One open field of a paragraph: where its code begins among the pieces of text, its code, whether the result has begun."""

    start: int
    code: list[str] = field(default_factory=list)
    result: bool = False


@dataclass(slots=True)
class FieldStack:
    """The fields of one paragraph while it is walked; codes run over several runs, and fields lie in each other's codes."""

    open: list[Field] = field(default_factory=list)

    def mark(self, kind: str, pieces: list[str], notes: Notes, source: str) -> None:
        """Take a ``w:fldChar``. What stood as ordinary text in a code is taken out of ``pieces``: Word doesn't show it."""
        if kind == "begin":
            self.open.append(Field(len(pieces)))
        elif not self.open:
            return  # the end of a field that began in another paragraph
        elif kind in ("separate", "end"):
            top = self.open[-1]
            if not top.result:
                self._close(top, pieces, notes, source)
                if kind == "end":
                    start, end = overstruck(code := "".join(top.code))
                    pieces.append(code[start:end])
            if kind == "end":
                self.open.pop()

    def _close(self, top: Field, pieces: list[str], notes: Notes, source: str) -> None:
        top.result = True
        shown = "".join(pieces[top.start :])
        del pieces[top.start :]
        if len(_HAN.findall(shown)) >= LONG:
            notes.add("field_text", shown, source)
        note_code("".join(top.code), notes, source)

    def say(self, code: str, notes: Notes, source: str) -> None:
        """Take a ``w:instrText``."""
        if self.open and not self.open[-1].result:
            self.open[-1].code.append(code)
        else:
            note_code(code, notes, source)

    def finish(self, notes: Notes, source: str) -> None:
        """Judge the codes that the paragraph leaves open."""
        for left in self.open:
            if not left.result:
                note_code("".join(left.code), notes, source)
        self.open.clear()
