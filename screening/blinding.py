"""Blind copies for reviewers: the author form of each file says which names to hide in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from screening.case import Case
from screening.errors import ScreeningError, UnreadableError, UsageError
from screening.intake.assemble import assemble
from screening.intake.blind import Traces, blind_copy, traces
from screening.intake.metadata import SURNAMES
from screening.intake.sniff import sniff
from screening.output.copy_docx import Listed, copy_docx, list_csv
from screening.pipeline import vocabulary
from screening.rulebook import load_rulebook
from screening.single import submission_of
from screening.text.names import Hidden, is_word, masked_at

LONGEST = 4  # Han characters of a name; a longer one is a unit
_SEVERAL = re.compile("[、，,;；/]|和(?=[\u4e00-\u9fff]{2})")


@dataclass(frozen=True, slots=True)
class Blinded:
    """What became of one file: the copy (None: ``error`` says why not), and what a person should look at in it.

    ``ambiguous`` are names that are words too and were hidden only where they clearly are names, ``left`` the parts of the
    file that could not be masked, ``pictures`` how many pictures there are, ``nameless`` whether no name was known.
    """

    file: Path
    copy: Path | None = None
    error: ScreeningError | None = None
    ambiguous: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    pictures: int = 0
    nameless: bool = False


def _names(case: Case, found: Traces, also: Sequence[str]) -> tuple[str, ...]:
    stated = [case.form.name.value] if case.form and case.form.name else []
    people = [
        n for said in (*stated, case.info.author, *(a for a in also if len(a) <= LONGEST)) for n in _SEVERAL.split(said)
    ]
    # The computer knows its user's name: hidden too, if it can be one.
    users = found.of("creator", "lastModifiedBy", "commented_by", "revised_by", "person")
    people += [u for u in users if re.fullmatch("[\u4e00-\u9fff]{2,3}", u) and u[0] in SURNAMES]
    return tuple(dict.fromkeys(n for p in people if len(n := "".join(p.split())) >= 2))


def hidden_of(case: Case, found: Traces, also: Sequence[str] = ()) -> tuple[Hidden, tuple[str, ...]]:
    """Return what to hide in a case by its author form, metadata and traces, and the names of people among it."""
    form = case.form
    people = _names(case, found, also)
    units = [case.info.unit, *([form.unit.value] if form and form.unit else []), *(a for a in also if len(a) > LONGEST)]
    values = [f.value for f in (form.email, form.phone) if f] if form else []
    return Hidden.of(people, units, values), people


def blind_files(files: Sequence[Path], out: Path, *, also: Sequence[str] = ()) -> Iterator[Blinded]:
    """Write a masked copy of each .docx into ``out``; file names are masked too, and never written over each other.

    Raises :class:`UsageError` for a path that is no file, or an ``out`` that holds files of the same name already.
    """
    book = vocabulary(load_rulebook())
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        submission = submission_of(file)
        try:
            case = assemble(submission, book)
            data = file.read_bytes()
            found = traces(data, file.name)
            hidden, people = hidden_of(case, found, also)
            copy = blind_copy(data, hidden)
        except UnreadableError as error:
            yield Blinded(file, error=error)
            continue
        target = _free(out, masked_at(file.stem, hidden.spans(file.stem)))
        with target.open("xb") as stream:
            stream.write(copy.data)
        yield Blinded(
            file,
            target,
            ambiguous=tuple(n for n in people if len(n) <= 3 and is_word(n)),
            left=copy.left,
            pictures=copy.pictures,
            nameless=not people,
        )


LIST = "目录.csv"


def numbered_copies(files: Sequence[Path], out: Path, *, also: Sequence[str] = ()) -> Iterator[Blinded]:
    """Write each file's text, masked and set anew, as 001.docx and so on, and the list of them, which leads back to the files.

    Raises :class:`UsageError` for a path that is no file, and for an ``out`` that holds a file of such a name already.
    """
    book = load_rulebook()
    out.mkdir(parents=True, exist_ok=True)
    listed: list[Listed] = []
    for n, file in enumerate(files, 1):
        number = f"{n:0{max(3, len(str(len(files))))}d}"
        submission = submission_of(file)
        try:
            case = assemble(submission, vocabulary(book))
            data = file.read_bytes()
            found = traces(data, file.name) if sniff(data) == "zip" else Traces(())
        except UnreadableError as error:
            listed.append(Listed(number, file.name, "", "", error.message))
            yield Blinded(file, error=error)
            continue
        hidden, people = hidden_of(case, found, also)
        label = book.kinds[case.kind].label
        copy = copy_docx(case, hidden.spans(case.document.text), number=number, kind=label)
        listed.append(Listed(number, file.name, case.info.title, label))
        yield Blinded(
            file,
            _written(out / f"{number}.docx", copy),
            ambiguous=tuple(n for n in people if len(n) <= 3 and is_word(n)),
            nameless=not people,
        )
    _written(out / LIST, list_csv(listed, "文件"))


def _written(path: Path, data: bytes) -> Path:
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise UsageError("output.full", f"{path.parent} 里已有 {path.name}", "请换一个空的文件夹。") from error
    return path


def _free(out: Path, stem: str) -> Path:
    """Return a path that no file has yet: masking makes names alike."""
    stem = stem.replace("*", "＊")  # no file on Windows may have an asterisk in its name
    for n in range(1, 10_000):
        path = out / f"{stem}{f'-{n}' if n > 1 else ''}.docx"
        if not path.exists():
            return path
    raise UsageError("output.full", f"{out} 中同名的文件太多", "请换一个空的文件夹。")
