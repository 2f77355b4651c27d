"""The key is changed: afterwards the new one opens everything and the old one is not needed."""

import pytest
from sqlalchemy import func, select

from service.errors import ServiceError
from service.store import reseal, runs, submissions
from service.store.database import Store
from service.store.schema import secret
from tests.service.jobs.handing import hand_in, row_of
from tests.service.working import drain
from tests.writing import case_lines, docx

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def filled(settings):
    """A database sealed with the old key, with a submission in it; its id."""
    store = Store.open(settings.database_url, OLD)
    found = hand_in(store, docx(case_lines(91, 6)), "欧阳静雪.docx", author="欧阳静雪")
    drain(store, settings)
    store.close()
    return found


def seen(store, submission_id):
    with store.read() as tx:
        person = submissions.person_of(tx, store.sealer, submission_id)
        report = runs.report_of(tx, store.sealer, row_of(store, submission_id)["run"])
    return person, report, [repr(e) for e in store.library().rows()]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("key", [b"", NEW])
def test_it_does_not_open_without_its_key(settings, key):
    with pytest.raises(ServiceError) as error:
        Store.open(settings.database_url, key)
    assert error.value.code == "store.key"


@pytest.mark.parametrize("key", [NEW, b""])
def test_after_it_the_new_key_alone_opens_everything(filled, settings, key):
    store = Store.open(settings.database_url, key, old=OLD)
    before = seen(store, filled)
    assert reseal.reseal(store, "test") > 5
    assert reseal.reseal(store, "test") == 0
    store.close()
    store = Store.open(settings.database_url, key)
    assert seen(store, filled) == before
    store.close()
    if key:
        with pytest.raises(ServiceError):
            Store.open(settings.database_url, OLD)


def test_one_that_was_interrupted_is_gone_on_with_and_forgets_no_key(filled, settings, monkeypatch):
    store = Store.open(settings.database_url, NEW, old=OLD)
    last = list(reseal._everything())[3:]
    real = reseal._column

    def broken(store, column, place):
        if column is last[0][0]:
            raise KeyboardInterrupt
        return real(store, column, place)

    with monkeypatch.context() as patch:
        patch.setattr(reseal, "_column", broken)
        with pytest.raises(KeyboardInterrupt):
            reseal.reseal(store, "test")
    with store.read() as tx:
        probes = tx.execute(select(func.count()).where(secret.c.name.startswith("probe/"))).scalar_one()
    assert probes == 2
    assert reseal.reseal(store, "test") > 0
    store.close()
    store = Store.open(settings.database_url, NEW)
    assert seen(store, filled)[0]["author"] == "欧阳静雪"
    store.close()


def test_with_a_key_the_files_hold_no_name_and_no_sentence(tmp_path, settings):
    settings = settings.model_copy(update={"database": str(tmp_path / "raw" / "screening.db")})
    (tmp_path / "raw").mkdir()
    store = Store.open(settings.database_url, OLD)
    lines = case_lines(92)
    lines[2] += "紫藤花架下的第九次磨课，笔者欧阳静雪。"
    hand_in(store, docx(lines, {"作者真实姓名": "欧阳静雪", "邮箱": "jingxue@example.com"}), "欧阳静雪-教案.docx")
    drain(store, settings)
    raw = b"".join(p.read_bytes() for p in (tmp_path / "raw").glob("screening.db*"))
    store.close()
    raw += (tmp_path / "raw" / "screening.db").read_bytes()
    assert lines[0].encode() in raw  # titles are for lists: this shows that the scan finds what is there
    for word in ("紫藤花架下的第九次磨课", "欧阳静雪", "jingxue@example.com"):
        assert word.encode() not in raw
