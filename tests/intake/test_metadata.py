"""Kind, project class, unit and author from names and texts; every value says where it came from."""

import pytest

from screening.errors import UnreadableError
from screening.intake.assemble import Overrides, assemble, outline
from screening.intake.gather import Part, Submission
from screening.intake.manifest import ManifestRow
from screening.pipeline import vocabulary
from screening.rulebook import load_rulebook
from tests.writing import case_lines, docx

NAMES = vocabulary(load_rulebook())
FORM = {"姓名": "周明远", "单位": "石榴镇中心小学", "邮箱": "zhou@example.com", "电话": "13800000101"}


def known(name, **more):
    info = outline(Submission(id="1", file=name, body=Part(name, name), **more), NAMES)
    return {k: getattr(info, k) for k in ("kind", "project", "unit", "unit_type", "author") if getattr(info, k)}


@pytest.mark.parametrize(
    ("name", "want"),
    [
        (
            "国培计划/临溪市教育局/工作案例/屏幕.docx",
            {"kind": "work_case", "project": "国培计划", "unit": "临溪市教育局", "unit_type": "教育行政部门"},
        ),
        (
            "01临溪市教育局（省培）/教师成长案例/灯.docx",
            {"kind": "growth_story", "project": "省培计划", "unit": "临溪市教育局", "unit_type": "教育行政部门"},
        ),
        (
            "省培/青榆县教育局/石榴小学-周明远-成长案例.docx",  # the file's own name is nearer than its folders
            {
                "kind": "growth_story",
                "project": "省培计划",
                "unit": "石榴小学",
                "unit_type": "中小学幼儿园",
                "author": "周明远",
            },
        ),
        ("石榴镇中心小学周明远.docx", {"unit": "石榴镇中心小学", "unit_type": "中小学幼儿园", "author": "周明远"}),
        ("临溪市2023年国培自评报告.docx", {"kind": "self_report", "project": "国培计划"}),
        ("第一批/一块屏幕点亮大山.docx", {}),
        ("1.docx", {}),
    ],
)
def test_what_folders_and_names_tell(name, want):
    assert known(name) == want


def test_the_manifest_comes_first():
    row = ManifestRow(line=2, file="x", kind="教师成长案例", unit="南陂市教育局", project="省培", author="李红")
    got = known("国培计划/临溪市教育局/工作案例/周明远-灯.docx", row=row)
    assert got == {
        "kind": "growth_story",
        "project": "省培计划",
        "unit": "南陂市教育局",
        "unit_type": "教育行政部门",
        "author": "李红",
    }


@pytest.fixture
def submit(tmp_path):
    def make(name, data, form=None, row=None):
        (tmp_path / "a").write_bytes(data)
        part = None
        if form is not None:
            (tmp_path / "b").write_bytes(form)
            part = Part("信息表.docx", str(tmp_path / "b"))
        return Submission(id="1", file=name, body=Part(name, str(tmp_path / "a")), form=part, row=row)

    return make


def test_the_form_and_the_text_fill_what_names_leave_open(submit):
    lines = case_lines(1)
    case = assemble(submit("甲/1.docx", docx([lines[0], "国培计划典型工作案例", *lines[1:]], FORM)), NAMES)
    info = case.info
    assert (info.title, info.author, info.unit, info.kind, info.project) == (
        lines[0],
        "周明远",
        "石榴镇中心小学",
        "work_case",
        "国培计划",
    )
    assert {k: info.origins[k] for k in ("title", "author", "unit", "kind", "project")} == {
        "title": "text",
        "author": "form",
        "unit": "form",
        "kind": "text",
        "project": "text",
    }
    assert "周明远" not in "".join(case.document.quote(p.span) for p in case.body)


def test_a_kind_that_nobody_states_is_told(submit):
    case = assemble(submit("1.docx", docx(case_lines(2))), NAMES)
    assert case.info.origins["kind"] == "default"
    assert "kind_guessed" in {w.code for w in case.warnings}


def test_a_narrator_makes_a_story_unless_the_option_says_otherwise(submit):
    story = docx(["灯", *["我走进教室，我看见我的学生。" * 12] * 4])
    assert assemble(submit("1.docx", story), NAMES).kind == "growth_story"
    assert assemble(submit("1.docx", story), NAMES, overrides=Overrides("self_report")).kind == "self_report"


def test_a_form_file_fills_what_the_body_lacks_and_leaves_its_text_alone(submit):
    partial = {"姓名": "周明远", "单位": "", "电话": "13800000101"}
    apart = docx(["作者信息表"], FORM | {"姓名": "李红"})
    case = assemble(submit("1.docx", docx(case_lines(3), partial), apart), NAMES)
    assert (case.form.name.value, case.form.unit.value, case.form.email.value) == (
        "周明远",
        "石榴镇中心小学",
        "zhou@example.com",
    )
    assert case.form.email.span is None and case.form.name.span is not None and case.form.file == "信息表.docx"
    alone = assemble(submit("1.docx", docx(case_lines(3)), apart), NAMES)
    assert (alone.form.place, alone.form.name.value, alone.info.origins["author"]) == ("file", "李红", "form")


@pytest.mark.parametrize("form", [b"%PDF-1.7", docx(["没有标签的一页"])])
def test_a_form_file_of_no_use_is_a_warning_and_no_lost_case(submit, form):
    case = assemble(submit("1.docx", docx(case_lines(4)), form), NAMES)
    assert case.form is None and "form_unreadable" in {w.code for w in case.warnings}


def test_a_body_that_cannot_be_read_is_refused(submit):
    with pytest.raises(UnreadableError):
        assemble(submit("1.docx", b"%PDF-1.7"), NAMES)


def test_a_title_line_in_the_form_over_the_text_is_the_title(submit):
    lines = ["题目：一块屏幕点亮大山", "作者：周明远", *["教师们围着屏幕听课，讨论，记录。" * 6] * 3]
    case = assemble(submit("1.txt", "\n".join(lines).encode()), NAMES)
    assert case.document.quote(case.title_span) == case.info.title == "一块屏幕点亮大山"
