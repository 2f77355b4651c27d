"""From a folder or a zip to submissions: pairs, names, junk, traps; nothing vanishes without a word."""

import io
import os
import tempfile
import unicodedata
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from screening.errors import ManifestError, UnreadableError, UsageError
from screening.intake.archive import ArchiveLimits
from screening.intake.gather import case_id, gather
from screening.intake.manifest import load_manifest
from screening.single import submission_of


@pytest.fixture
def tree(tmp_path):
    def plant(*names):
        root = tmp_path / "报送"
        root.mkdir()
        for name in names:
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(name.encode())
        return root

    return plant


def manifest(tmp_path, *lines):
    path = tmp_path / "清单.csv"
    path.write_text("\n".join(lines), "utf-8")
    return load_manifest(path)


class RawName(zipfile.ZipInfo):
    """A member whose name is written as the given bytes, without the flag for UTF-8, as old archivers do."""

    def __init__(self, raw):
        super().__init__("x")
        self.raw = raw

    def _encodeFilenameFlags(self):  # noqa: N802 - the name that zipfile calls
        return self.raw, 0


def archive(tmp_path, *names, encoding="gb18030", more=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for n, name in enumerate(names):
            info = RawName(name.encode(encoding))
            info.filename = str(n)  # so that zipfile does not warn of twins before they are written
            z.writestr(info, f"{n}".encode())
        for info, data in more:
            z.writestr(info, data)
    path = tmp_path / "批次.zip"
    path.write_bytes(out.getvalue())
    return path


def pairs(gathered):
    return {s.file: s.form.name if s.form else None for s in gathered.submissions}


def notes(gathered):
    return {s.file: [code for code, _ in s.notes] for s in gathered.submissions if s.notes}


def test_every_file_is_a_case_or_has_its_reason(tree):
    names = ["甲/案例.docx", "案例.docx", "~$案例.docx", "Thumbs.db", ".DS_Store", "__MACOSX/._案例.docx", "照片.jpg"]
    got = gather(tree(*names, "往年.zip", "名册.xlsx", "旧.doc", "无扩展名", "2023.国培案例"))
    assert {s.file for s in got.submissions} == {"2023.国培案例", "旧.doc", "无扩展名", "案例.docx", "甲/案例.docx"}
    reasons = {i.name: i.reason for i in got.ignored}
    assert set(reasons) == {*names[2:], "往年.zip", "名册.xlsx"}
    assert "请解压" in reasons["往年.zip"] and ".jpg" in reasons["照片.jpg"] and "临时文件" in reasons["~$案例.docx"]


def test_the_same_name_twice_is_two_cases_of_stable_ids(tree):
    got = gather(tree("甲/案例.docx", "乙/案例.docx"))
    ids = {s.file: s.id for s in got.submissions}
    assert ids == {n: case_id(n) for n in ("甲/案例.docx", "乙/案例.docx")} and len(set(ids.values())) == 2
    assert case_id(unicodedata.normalize("NFD", "é.docx")) == case_id("é.docx")


@pytest.mark.parametrize(
    ("names", "want"),
    [
        (
            ["周明远-屏幕.docx", "周明远-作者信息表.docx", "李红-灯.docx", "李红-作者信息表.docx"],
            {"周明远-屏幕.docx": "周明远-作者信息表.docx", "李红-灯.docx": "李红-作者信息表.docx"},
        ),
        (
            ["甲/正文.docx", "甲/作者信息表.docx", "乙/正文.docx", "乙/附表.docx"],
            {"甲/正文.docx": "甲/作者信息表.docx", "乙/正文.docx": "乙/附表.docx"},
        ),
        (
            ["1-屏幕.docx", "1-信息表.docx", "11-灯.docx", "11-信息表.docx"],
            {"1-屏幕.docx": "1-信息表.docx", "11-灯.docx": "11-信息表.docx"},
        ),
        (
            ["屏幕.docx", "屏幕点亮大山.docx", "屏幕（作者信息表）.docx"],
            {"屏幕.docx": "屏幕（作者信息表）.docx", "屏幕点亮大山.docx": None},
        ),
        (
            ["石榴小学-周明远-屏幕.docx", "石榴小学-李红-灯.docx", "作者信息表-李红.docx", "信息表_周明远(1).docx"],
            {"石榴小学-周明远-屏幕.docx": "信息表_周明远(1).docx", "石榴小学-李红-灯.docx": "作者信息表-李红.docx"},
        ),
        (
            ["从一张信息表说起——校本研修案例.docx", "灯.docx"],
            {"从一张信息表说起——校本研修案例.docx": None, "灯.docx": None},
        ),
    ],
)
def test_bodies_and_forms_are_paired_by_name(tree, names, want):
    got = gather(tree(*names))
    assert pairs(got) == want
    assert notes(got) == {}


def test_a_form_that_fits_two_bodies_is_not_guessed(tree):
    got = gather(tree("周明远-甲.docx", "周明远-乙.docx", "周明远-信息表.docx"))
    assert set(pairs(got).values()) == {None}
    assert notes(got) == {"周明远-信息表.docx": ["form_ambiguous"]}


def test_one_folder_cannot_lend_its_form_to_another(tree):
    got = gather(tree("甲/屏幕.docx", "乙/屏幕-信息表.docx"))
    assert pairs(got) == {"甲/屏幕.docx": None, "乙/屏幕-信息表.docx": None}


def test_the_manifest_names_bodies_and_forms(tree, tmp_path):
    root = tree("a.docx", "z.docx", "b.docx")
    got = gather(root, manifest(tmp_path, "文件名,附表,单位", "a.docx,z.docx,临溪市教育局"))
    assert pairs(got) == {"a.docx": "z.docx", "b.docx": None}
    assert notes(got) == {"b.docx": ["not_in_manifest"]}
    assert got.submissions[0].row.unit == "临溪市教育局"


@pytest.mark.parametrize(
    "said", ["甲/案例 一.docx", "甲\\案例一.DOCX", "./甲/案例一.docx", "案例一", "报送材料/甲/案例一.docx"]
)
def test_a_row_finds_its_file_in_spite_of_case_spaces_and_slashes(tree, tmp_path, said):
    got = gather(tree("甲/案例一.docx"), manifest(tmp_path, "文件名", said))
    assert got.submissions[0].row is not None


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["a.docx", "丢了.docx"], "manifest.no_file", ["第 3 行", "丢了.docx"]),
        (["丙/a.docx"], "manifest.no_file", ["丙/a.docx"]),  # of the same name in another folder, but not that file
        (["c.docx"], "manifest.ambiguous", ["第 2 行", "2 个文件", "丁/c.docx"]),
        (["a.docx", "a"], "manifest.twice", ["第 2 行", "第 3 行", "a.docx"]),
        ([f"没有{n}.docx" for n in range(12)], "manifest.no_file", ["共 12 处"]),
    ],
)
def test_a_manifest_at_odds_with_the_files(tree, tmp_path, lines, code, words):
    with pytest.raises(ManifestError) as caught:
        gather(tree("乙/a.docx", "甲/c.docx", "丁/c.docx"), manifest(tmp_path, "文件名", *lines))
    assert caught.value.code == code
    for word in words:
        assert word in caught.value.message + caught.value.advice


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_of_a_zip_without_the_flag(tmp_path, encoding):
    got = gather(
        archive(tmp_path, "临溪市教育局/工作案例/屏幕.docx", "Thumbs.db", "__MACOSX/._a.docx", encoding=encoding)
    )
    assert [s.file for s in got.submissions] == ["临溪市教育局/工作案例/屏幕.docx"]
    assert [i.name for i in got.ignored] == ["Thumbs.db", "__MACOSX/._a.docx"]
    assert got.submissions[0].body.read(10) == b"0"


def test_one_name_in_gbk_decides_for_the_whole_zip(tmp_path):
    got = gather(archive(tmp_path, "a.docx", "教师.docx"))
    assert [s.file for s in got.submissions] == ["a.docx", "教师.docx"]


@pytest.mark.parametrize(
    "name", ["../../案例.docx", "/案例.docx", "C:\\x\\案例.docx", "..\\案例.docx", "甲/../../案例.docx"]
)
def test_names_that_point_outside_are_refused_and_never_used(tmp_path, name):
    got = gather(archive(tmp_path, name, "好.docx"))
    assert [s.file for s in got.submissions] == ["好.docx"]
    (refused,) = got.refused
    assert refused.code == "zip.bad_name" and ".." not in refused.name and not refused.name.startswith("/")


def test_of_two_members_of_one_name_the_first_is_read_and_the_second_told(tmp_path):
    got = gather(archive(tmp_path, "案例.docx", "案例.docx"))
    assert [s.body.read(10) for s in got.submissions] == [b"0"]
    assert [r.code for r in got.refused] == ["zip.same_name"]


def test_names_that_only_look_different_are_twins_too(tmp_path):
    names = [unicodedata.normalize(form, "é.docx") for form in ("NFC", "NFD")]
    got = gather(archive(tmp_path, *names, "甲/b.docx", "甲\\b.docx", encoding="utf-8"))
    assert len(got.submissions) == len({s.id for s in got.submissions}) == 2
    assert [r.code for r in got.refused] == ["zip.same_name"] * 2


def test_links_passwords_long_names_and_ratios_in_a_zip(tmp_path):
    link = zipfile.ZipInfo("链接.docx")
    link.external_attr = 0o120777 << 16
    bomb = zipfile.ZipInfo("炸弹.docx")
    bomb.compress_type = zipfile.ZIP_DEFLATED
    path = archive(tmp_path, "好.docx", "长" * 300 + ".docx", more=[(link, "/etc/passwd"), (bomb, b"\0" * 2_000_000)])
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1  # the flag of an encrypted member
    path.write_bytes(data)
    got = gather(path)
    assert sorted(r.code for r in got.refused) == ["bomb", "zip.encrypted", "zip.link", "zip.long_name"]
    assert all(r.message and r.advice for r in got.refused)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ArchiveLimits(size=50), "zip.too_large"),
        (ArchiveLimits(entries=2), "zip.too_many"),
        (ArchiveLimits(inflated=2), "zip.bomb"),
    ],
)
def test_limits_of_a_zip(tmp_path, limits, code):
    with pytest.raises(UsageError) as caught:
        gather(archive(tmp_path, "a.docx", "b.docx", "c.docx"), limits=limits)
    assert caught.value.code == code


def test_a_broken_zip_an_empty_folder_no_word_file_no_path(tmp_path, tree):
    broken = tmp_path / "坏.zip"
    broken.write_bytes(archive(tmp_path, "a.docx").read_bytes()[:40])
    empty = tmp_path / "空"
    empty.mkdir()
    for path, code in [
        (broken, "zip.damaged"),
        (empty, "input.empty"),
        (tree("a.xlsx", "b.jpg"), "input.no_word"),
        (tmp_path / "没有", "input.missing"),
        (tmp_path / ("长" * 300), "input.unreadable"),
    ]:
        with pytest.raises(UsageError) as caught:
            gather(path)
        assert caught.value.code == code, path
        assert caught.value.advice.endswith("。")


@contextmanager
def without_rights():
    """Root may read everything: give that up for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_not_be_read():
    with tempfile.TemporaryDirectory() as name:
        root, locked = Path(name), Path(name) / "锁"
        root.chmod(0o755)
        locked.mkdir(mode=0)
        (root / "a.docx").write_bytes(b"x")
        for path in (root, locked / "b"):
            with without_rights(), pytest.raises(UsageError) as caught:
                gather(path)
            assert caught.value.code == "input.unreadable" and "锁" in caught.value.message


def test_a_file_that_vanishes_is_one_unreadable_file(tree):
    root = tree("a.docx", "b.docx")
    got = gather(root)
    (root / "a.docx").unlink()
    with pytest.raises(UnreadableError) as caught:
        got.submissions[0].body.read(100)
    assert caught.value.code == "unreadable"
    assert got.submissions[1].body.read(100) == b"b.docx"
    with pytest.raises(UnreadableError) as caught:
        got.submissions[1].body.read(3)
    assert caught.value.code == "too_large"


def test_what_is_left_out_and_links_to_the_outside(tree, tmp_path):
    root = tree("a.docx", "结果/b.docx", "清单.csv")
    outside = tmp_path / "外.docx"
    outside.write_bytes(b"x")
    (root / "外.docx").symlink_to(outside)
    (root / "内.docx").symlink_to(root / "a.docx")
    got = gather(root, skip=[root / "清单.csv"], leave_out=root / "结果")
    assert [s.file for s in got.submissions] == ["a.docx", "内.docx"]
    assert [i.name for i in got.ignored] == ["外.docx"]


def test_one_file_is_one_case_and_namespaces_keep_ids_apart(tree):
    root = tree("a.docx")
    (here,) = gather(root / "a.docx").submissions
    (there,) = gather(root / "a.docx", namespace="往年/").submissions
    assert here.file == there.file == "a.docx" and here.id != there.id


def test_names_in_gbk_on_disk_are_read_shown_and_have_ids(tmp_path):
    folder = tmp_path / os.fsdecode("临溪市教育局".encode("gb18030"))
    folder.mkdir()
    for name in ("案例.docx".encode("gb18030"), "乡村.docx".encode()):
        (folder / os.fsdecode(name)).write_bytes(name)
    got = gather(tmp_path)
    assert [s.file for s in got.submissions] == ["临溪市教育局/乡村.docx", "临溪市教育局/案例.docx"]
    assert got.submissions[1].id == case_id("临溪市教育局/案例.docx")
    assert got.submissions[1].body.read(99) == "案例.docx".encode("gb18030")
    single = submission_of(Path(got.submissions[1].body.path))
    assert single.file == "案例.docx"


def test_two_files_on_disk_that_only_look_different(tree):
    got = gather(tree(*(unicodedata.normalize(form, "é.docx") for form in ("NFC", "NFD"))))
    assert [s.file for s in got.submissions] == ["é.docx"]
    assert "同名" in got.ignored[0].reason
