"""Manifests and rosters as offices keep them: headers, encodings, separators, times, shares; mistakes are named."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from screening.demo.faults import encrypted_package
from screening.errors import ManifestError
from screening.intake.manifest import CHINA, HEADERS, in_percent, load_manifest, share, when
from screening.intake.roster import load_roster

# Spreadsheets know no time zones.
DAY_0, FIRST, LAST = map(datetime.fromisoformat, ("1899-12-30", "1990-01-01", "2080-01-01"))


@pytest.fixture
def sheet(tmp_path):
    def write(*rows, name="清单.xlsx"):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def text(tmp_path):
    def write(content, encoding="utf-8", name="清单.csv"):
        (tmp_path / name).write_bytes(content.encode(encoding))
        return tmp_path / name

    return write


def refused(load, path):
    with pytest.raises(ManifestError) as caught:
        load(path)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_of_every_encoding_and_separator(text, encoding, mark, end):
    lines = [
        mark.join(["序号", "文件名", "单位", "标题"]),
        mark.join(["1", "a.docx", "临溪市教育局", f'"一个人{mark}一座山"']),
        "",
        mark.join(["2", "b.docx"]),
    ]
    got = load_manifest(text(end.join(lines), encoding))
    assert [(r.line, r.file, r.unit, r.title) for r in got.rows] == [
        (2, "a.docx", "临溪市教育局", f"一个人{mark}一座山"),
        (4, "b.docx", "", ""),
    ]


def test_every_spelling_of_every_column_is_known(sheet):
    for key, spellings in HEADERS.items():
        for spelling in spellings:
            for shown in (spelling, f" {spelling.upper()}： ", spelling.replace("_", " ")):
                value = {"received": "2024-01-20", "outside_similarity": "5%", "outside_ai": "5%"}.get(key, "值")
                rows = [[shown], [value]] if key == "file" else [["文件名", shown], ["a.docx", value]]
                (row,) = load_manifest(sheet(*rows)).rows
                assert getattr(row, key) not in ("", None), shown


@pytest.mark.parametrize("name", ["清单", "清单.XLS", "清单.csv", "清单.xlsx"])
def test_a_workbook_is_told_by_its_bytes_not_by_its_name(sheet, name):
    path = sheet(["文件名"], ["一.docx"])
    assert [row.file for row in load_manifest(path.rename(path.with_name(name))).rows] == ["一.docx"]


def test_a_title_over_the_header_numbers_and_empty_rows(sheet):
    path = sheet(
        ["2023 年典型案例报送清单"],
        [],
        ["文件名", "作者", "报送时间", "外部查重率", "备注"],
        [20230101.0, "周明远", datetime.fromisoformat("2024-01-20T09:05"), 0.125, "x"],
        [None, "没有文件的行"],
        ["乙\\b.docx", None, date(2024, 1, 21), "8%"],
    )
    first, second = load_manifest(path).rows
    assert (first.line, first.file, first.outside_similarity) == (4, "20230101", 0.125)
    assert (second.line, second.file, second.author, second.outside_similarity) == (6, "乙/b.docx", "", 0.08)
    assert [r.received.isoformat() for r in (first, second)] == [
        "2024-01-20T09:05:00+08:00",
        "2024-01-21T00:00:00+08:00",
    ]


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        (["文件名", "案列类型"], "table.unknown_column", ["第 1 行", "案列类型", "是否想写“案例类型”"]),
        (["文件名", "unit_typ"], "table.unknown_column", ["unit_typ", "是否想写“unit_type”"]),
        (["文件名", "颜色"], "table.unknown_column", ["颜色", "可用的列"]),
        (["文件明", "单位"], "table.header", ["文件明", "是否想写“文件名”"]),
        (["甲", "乙"], "table.header", ["文件名"]),
        (["文件名", "文件名称"], "table.twice", ["文件名称"]),
    ],
)
def test_wrong_columns_are_named(sheet, columns, code, words):
    error = refused(load_manifest, sheet(columns, ["a", "b"]))
    assert error.code == code
    for word in words:
        assert word in error.message + error.advice


def test_files_that_are_no_tables(tmp_path, text, sheet):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(sheet(["文件名"], ["a"]).read_bytes()[:300])
    old = tmp_path / "旧.xls"
    old.write_bytes(encrypted_package())
    binary = tmp_path / "乱.csv"
    binary.write_bytes(b"\xff\x80\x81\xfe" * 9)
    for path, code in [
        (broken, "table.damaged"),
        (old, "table.xls"),
        (binary, "table.encoding"),
        (text(""), "table.empty"),
        (tmp_path / "没有.xlsx", "table.missing"),
        (tmp_path, "table.missing"),
    ]:
        error = refused(load_manifest, path)
        assert error.code == code, path
        assert error.advice


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("2024-01-20", "2024-01-20T00:00:00+08:00"),
        ("2024/1/20 9:05", "2024-01-20T09:05:00+08:00"),
        ("2024.1.20", "2024-01-20T00:00:00+08:00"),
        ("20240120", "2024-01-20T00:00:00+08:00"),
        (20240120, "2024-01-20T00:00:00+08:00"),
        ("2024年1月20日", "2024-01-20T00:00:00+08:00"),
        ("2024 年 1 月 20 日 9时5分", "2024-01-20T09:05:00+08:00"),
        ("2024年1月20日上午9点", "2024-01-20T09:00:00+08:00"),
        ("2024/1/20 下午3:05:07", "2024-01-20T15:05:07+08:00"),
        ("2024-01-20 12:30 PM", None),
        ("２０２４－０１－２０　９：３０", "2024-01-20T09:30:00+08:00"),
        ("2024-01-20T09:00:00+08:00", "2024-01-20T09:00:00+08:00"),
        ("2024-01-20 01:00:00Z", "2024-01-20T01:00:00+00:00"),
        ("2024-01-20T09:00:00+0800", "2024-01-20T09:00:00+08:00"),
        (45311, "2024-01-20T00:00:00+08:00"),
        ("45311.375", "2024-01-20T09:00:00+08:00"),
        (datetime(2024, 1, 20, 9, tzinfo=UTC), "2024-01-20T09:00:00+00:00"),
        ("2024-13-20", None),
        ("2024-02-30", None),
        ("1月20日", None),
        ("昨天", None),
        ("2024-01-20 25:00", None),
    ],
)
def test_times_as_people_write_them(said, want):
    if want:
        assert when(said, "").isoformat() == want
        return
    with pytest.raises(ManifestError) as caught:
        when(said, "清单.xlsx 第 3 行")
    assert (
        caught.value.code == "manifest.date" and str(said) in caught.value.message and "第 3 行" in caught.value.message
    )


@given(st.datetimes(FIRST, LAST).map(lambda t: t.replace(second=0, microsecond=0)))
def test_a_serial_number_is_the_minute_that_the_spreadsheet_shows(moment):
    serial = (moment - DAY_0) / timedelta(days=1)
    assert when(serial, "") == when(str(serial), "") == moment.replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("12%", 0.12),
        ("12.5％", 0.125),
        ("１２％", 0.12),
        ("12 %", 0.12),
        (12, 0.12),
        ("0.12", 0.12),
        (0, 0.0),
        ("0.5%", 0.005),
        ("", None),
    ],
)
def test_shares_as_people_write_them(said, want):
    assert share(said, "", "") == (want if want is None else pytest.approx(want))


@pytest.mark.parametrize("said", ["-3", "120%", 101, "约12%", True, "无", "nan"])
def test_what_is_no_share(said):
    with pytest.raises(ManifestError) as caught:
        share(said, "清单.xlsx 第 2 行", "外部查重率")
    assert caught.value.code == "manifest.share" and "外部查重率" in caught.value.message


def test_one_number_above_one_makes_a_column_percentages(sheet):
    rows = load_manifest(sheet(["文件名", "查重率", "AI比例"], ["a", 12, 0.5], ["b", 1, 1], ["c", 0.5, "3%"])).rows
    assert [r.outside_similarity for r in rows] == [0.12, 0.01, 0.005]
    assert [r.outside_ai for r in rows] == [0.5, 1.0, 0.03]
    assert not in_percent(["12%", "", None, 0.5])


def test_a_roster_keeps_names_units_and_projects(text):
    path = text(
        "参训名册\n序号,姓名,性别,工作单位,培训项目,手机号码\n1,周 明远,男,石榴小学,国培,1\n2,,女,柳湾小学,,\n",
        "gb18030",
    )
    (row,) = load_roster(path)
    assert (row.name, row.unit, row.project) == ("周明远", "石榴小学", "国培")


def test_mistakes_in_a_roster_are_named(text):
    assert refused(load_roster, text("姓名,单 位名\n周明远,x\n")).code == "table.unknown_column"
    error = refused(load_roster, text("性名,单位\n周明远,x\n"))
    assert error.code == "table.header" and "是否想写“姓名”" in error.message
