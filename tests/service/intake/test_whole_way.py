"""From a portal's request to the report that it fetches: nothing is lost or added on the way."""

import pytest

from tests.service.intake.sending import OTHER, UNIT, send, text_of
from tests.service.intake.test_checks import on_the_command_line
from tests.service.working import drain
from tests.writing import case_lines, docx


@pytest.mark.parametrize("others", [0, 2], ids=["into an empty archive", "against others"])
def test_the_report_of_an_upload_is_that_of_the_command_line(client_of, store, settings, tmp_path, others):
    admin, unit = client_of("administrator"), client_of("submitter", UNIT)
    for seed in range(1, 1 + others):
        send(admin, text_of(seed), name=f"{seed}.docx", unit=OTHER)
    drain(store, settings)
    path = tmp_path / "案例.docx"
    path.write_bytes(docx([*case_lines(1)[:8], *case_lines(3)[8:]]))
    library = ["--library", settings.database_url] if others else []
    expected = on_the_command_line(path, *library)  # against the archive before the upload

    taken = send(admin, path.read_bytes())
    assert taken.status_code == 202
    where = taken.headers["location"]
    assert admin.get(where).json()["state"] == "queued"
    drain(store, settings)
    assert admin.get(where).json()["state"] == "done"
    report = admin.get(f"{where}/report")
    assert report.text == expected
    reuse = report.json()["reuse"]
    assert bool(reuse and reuse["sources"]) == bool(others)
    assert unit.get(where).status_code == unit.get(f"{where}/report").status_code == 404
