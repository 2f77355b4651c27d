"""Recognising a 自查码: the file is checked again as its unit did, alone and by the versions that the code names."""

from __future__ import annotations

from dataclasses import replace

from screening.errors import UnreadableError
from screening.intake.assemble import Overrides, assemble
from screening.intake.gather import Submission, case_id
from screening.pipeline import Setting, screen, vocabulary
from screening.precheck import AUTO, Precheck
from screening.reuse.compare import ORDINARY
from service import prechecks
from service.store.database import Row
from service.store.sealing import Sealer


def result_of(sealer: Sealer, row: Row, given: Submission, setting: Setting) -> str:
    """Return what becomes of the code of a submission (a word of :mod:`service.prechecks`), "" without one.

    ``setting`` is that of the submission; its roster does not count here, as a unit has none.
    """
    if not row["precheck"]:
        return ""
    code = Precheck.read(row["precheck"])
    if code.seal:
        return prechecks.SEALED if prechecks.seal_holds(sealer, code, row["sha256"]) else prechecks.BROKEN
    alone = replace(setting, roster=None, library=None, search=ORDINARY)
    if code.kind != AUTO and code.kind not in alone.rulebook.kinds:
        return prechecks.VERSION
    name = given.file.rsplit("/", 1)[-1]  # without the folder of a zip, as the unit had it
    file = Submission(id=case_id(name), file=name, body=replace(given.body, name=name))
    asked = Overrides("" if code.kind == AUTO else code.kind)
    try:
        report = screen(assemble(file, vocabulary(alone.rulebook), overrides=asked), alone, None)
    except UnreadableError:
        return prechecks.UNREAD
    if not code.made_by(report.made_with):
        return prechecks.VERSION
    return prechecks.SAME if code.is_of(report) else prechecks.DIFFERENT
