"""Blind copies: no planted trace is left in any part, the text keeps its length, and all else is as it was."""

import io
import itertools
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.blinding import blind_files
from screening.errors import UnreadableError
from screening.intake import Limits, exif, read
from screening.intake.blind import blind_copy, masked, traces
from screening.single import check_files
from screening.text.count import count
from screening.text.names import Hidden, is_word, masked_at
from tests.builder import NS, docx, p, package, r, rels, tbl, tc
from tests.writing import case_lines
from tests.writing import docx as written

NAME, UNIT, MAIL, PHONE, CARD = (
    "周明远",
    "临溪市石榴镇中心小学",
    "zhou@lx.example",
    "138 0000 0101",
    "11010519491231002X",
)
NAMES = {"names": [NAME], "units": [UNIT], "values": ["Liu7"]}
CANARIES = (NAME, "明远老师", UNIT, "石榴镇中心小学", MAIL, "zhou", "0000 0101", CARD, "Liu7", "zhoumy", "GPS-LINXI")
FIELD = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> QUOTE "周明</w:instrText></w:r><w:r><w:instrText>远" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'


def split(*pieces):
    return "".join(r(x) for x in pieces)


def jpeg(orientation=6):
    """A JPEG's frame with Exif (artist, GPS, turn), XMP and a comment; the picture's own data are three bytes."""
    entries = [(0x0112, 3, 1, struct.pack(">HH", orientation, 0)), (0x8825, 4, 1, struct.pack(">I", 8))]
    artist = "周明远 GPS-LINXI\0".encode()
    entries.insert(1, (0x013B, 2, len(artist), struct.pack(">I", 8 + 2 + 12 * 3 + 4)))
    rows = b"".join(struct.pack(">HHI", tag, kind, n) + value for tag, kind, n, value in entries)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 3) + rows + b"\0\0\0\0" + artist

    def segment(marker, body):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body

    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
        + segment(0xE1, b"Exif\0\0" + tiff)
        + segment(0xE1, "http://ns.adobe.com/xap/1.0/\0周明远".encode())
        + segment(0xFE, b"zhoumy")
        + segment(0xDB, bytes(65))
        + segment(0xDA, bytes(10))
        + b"\1\2\3\xff\xd9"
    )


def png():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    ihdr = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", ihdr)
        + chunk(b"tEXt", b"Author\0zhoumy")
        + chunk(b"iTXt", b"Comment\0\0\0\0\0" + NAME.encode())
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def planted():
    """A .docx with the same person in every corner."""
    box = f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>{p(split('周', '明远'))}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{p(split('周明', '远'))}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    who = f'w:author="{NAME}" w:date="2023-05-01T08:00:00Z"'
    changed = f'<w:ins w:id="1" {who}>{r("我是周明")}</w:ins><w:del w:id="2" {who}><w:r><w:delText>原名</w:delText></w:r><w:r><w:delText>周明远</w:delText></w:r></w:del>{r("远")}'
    descr = (
        f'<w:r><w:drawing><wp:docPr xmlns:wp="x" id="1" name="图 1" descr="{NAME}在授课，{MAIL}"/></w:drawing></w:r>'
    )
    ruby = f"<w:r><w:ruby><w:rt>{r('zhoumy')}</w:rt><w:rubyBase>{r('周')}</w:rubyBase></w:ruby></w:r>{r('明远')}"
    nested = docx(p(f"内嵌：{NAME}"), extra={"docProps/core.xml": core(NAME)})
    return docx(
        p(split("我叫周", "明", "远，来自临溪市石榴镇", "中心小学。")),
        p("周　明 远老师和明远老师，周老师，第四周老师们；面向全体，提高老师的水平。"),
        p(split("电话 138 ", "0000 01", "01，邮箱 zh", f"ou@lx.example，证号 {CARD}，账号 Liu7。")),
        p(box, changed),
        p(ruby, descr),
        p("域：", FIELD, split("周", "明远"), '<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        f'<w:p><w:hyperlink r:id="rId50" w:tooltip="写给{NAME}">{r("来信")}</w:hyperlink></w:p>',
        tbl(["姓名", tc(p(split("周", "明", "远")))], ["单位", UNIT]),
        f'<w:sdt><w:sdtPr><w:alias w:val="{NAME}"/></w:sdtPr><w:sdtContent>{p("控件")}</w:sdtContent></w:sdt>',
        header=p(split("石榴镇", "中心小学")),
        footer=p(NAME),
        footnotes=f'<w:footnote w:id="2">{p(split("作者周明", "远"))}</w:footnote>',
        comments=f'<w:comment w:id="1" {who} w:initials="zhoumy">{p(f"{NAME}改过")}</w:comment>',
        settings=f'<w:settings {NS}><w:attachedTemplate r:id="rId1"/><w:docVars><w:docVar w:name="a" w:val="{PHONE}"/></w:docVars></w:settings>',
        links=[
            ("rId50", "hyperlink", f"mailto:{MAIL}", True),
            ("rId51", "image", "file:///C:\\Users\\zhoumy\\a.png", True),
            ("rId52", "image", "media/image1.jpeg", False),
            ("rId53", "people", "people.xml", False),
        ],
        extra={
            "docProps/core.xml": core(NAME),
            "docProps/app.xml": f"<Properties xmlns='a'><Company>{UNIT}</Company><Manager>{NAME}</Manager><Pages>3</Pages></Properties>",
            "docProps/custom.xml": f"<Properties xmlns='a' xmlns:vt='b'><property name='作者'><vt:lpwstr>{NAME}</vt:lpwstr></property></Properties>",
            "docProps/thumbnail.jpeg": jpeg(),
            "word/people.xml": f'<w15:people xmlns:w15="x"><w15:person w15:author="{NAME}"><w15:presenceInfo w15:userId="{MAIL}"/></w15:person></w15:people>',
            "word/media/image1.jpeg": jpeg(),
            "word/media/image2.png": png(),
            "word/embeddings/a.docx": nested,
            "word/charts/chart1.xml": f"<c:chart {NS}><c:v>{NAME}</c:v><a:p><a:r><a:t>周明</a:t></a:r><a:r><a:t>远</a:t></a:r></a:p></c:chart>",
            "customXml/item1.xml": f"<x><!-- {NAME} --><y>{NAME}</y></x>",
            "word/_rels/settings.xml.rels": rels(
                [("rId1", "attachedTemplate", "file:///C:\\Users\\zhoumy\\x.dotx", True)]
            ),
        },
    )


def core(name):
    return f'<cp:coreProperties xmlns:cp="x" xmlns:dc="y"><dc:creator>{name}</dc:creator><cp:lastModifiedBy>zhoumy</cp:lastModifiedBy></cp:coreProperties>'


def words_of(data):
    """All that a package holds: every part inflated, packages inside it too, and the words of its paragraphs put together."""
    out = []
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        for name in z.namelist():
            content = z.read(name)
            if content.startswith(b"PK"):
                out.append(words_of(content))
            out += [name, content.decode("utf-8", "replace"), content.decode("utf-16-le", "replace")]
    out.append("".join(read(data).document.text.split()))
    return "\n".join(out)


def test_no_planted_trace_is_left_in_any_part():
    data = planted()
    before, after = words_of(data), words_of(masked(data, **NAMES))
    for canary in CANARIES:
        assert canary in before, "a canary that is not there proves nothing"
        assert canary not in after, canary


def test_the_text_keeps_its_length_its_places_and_its_count():
    old, new = (read(x).document for x in (planted(), masked(planted(), **NAMES)))
    assert [x.span for x in old.paragraphs] == [x.span for x in new.paragraphs]
    assert [x.source for x in old.paragraphs] == [x.source for x in new.paragraphs]
    assert count(old.text).words == count(new.text).words
    assert new.text.splitlines()[:3] == [
        "我叫某某某，来自某某某某某某某某某某。",
        "某　某 某老师和某某老师，某老师，第四周老师们；面向全体，提高老师的水平。",
        "电话 *** **** ****，邮箱 ****@**.*******，证号 ******************，账号 ****。",
    ]


def test_what_concerns_no_person_stays_byte_for_byte():
    data = docx(
        p("一句话"), styles=f"<w:styles {NS}/>", extra={"word/media/a.emf": "x" * 99, "docProps/x.xml": "<a  b='1'/>"}
    )
    with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(io.BytesIO(masked(data, **NAMES))) as b:
        assert a.namelist() == b.namelist()
        assert all(a.read(n) == b.read(n) for n in a.namelist())


def test_properties_are_known_by_their_root_wherever_they_lie():
    space = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    other = (
        f'<cp:coreProperties xmlns:cp="{space}" xmlns:dc="y"><dc:creator>Someone Else</dc:creator></cp:coreProperties>'
    )
    with zipfile.ZipFile(io.BytesIO(masked(docx(p("字"), extra={"package/services/x.xml": other}), [NAME]))) as z:
        assert b"Someone" not in z.read("package/services/x.xml")


def test_a_name_in_latin_letters_or_digits_spoils_no_switch_of_the_file():
    data = docx(p(r("Li 老师 Lines，第 14 页", '<w:lang w:val="Li"/><w:sz w:val="14"/>')))
    copy = masked(data, ["Li", "14"])
    with zipfile.ZipFile(io.BytesIO(copy)) as z:
        assert b'<w:lang w:val="Li"/><w:sz w:val="14"/>' in z.read("word/document.xml")
    assert read(copy).document.text == "** 老师 Lines，第 14 页"


def test_what_is_taken_out_is_no_longer_spoken_of():
    with zipfile.ZipFile(io.BytesIO(masked(planted(), **NAMES))) as z:
        assert "word/people.xml" not in z.namelist() and "docProps/thumbnail.jpeg" not in z.namelist()
        links = z.read("word/_rels/document.xml.rels").decode()
        assert "people.xml" not in links and 'Target="a.png"' in links
        document = z.read("word/document.xml").decode()
        assert 'w:author="作者"' in document and "w:date" not in document
        assert b"<Pages>3</Pages>" in z.read("docProps/app.xml")
        assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())


def test_traces_beside_the_text_are_listed():
    found = traces(planted(), f"{NAME}.docx")
    assert found.of("file") == (f"{NAME}.docx",)
    assert found.of("creator", "Manager") == (NAME,)
    assert found.of("lastModifiedBy") == ("zhoumy",)
    assert found.of("Company") == (UNIT,)
    assert found.of("作者") == (NAME,)
    assert found.of("commented_by", "revised_by") == (NAME,)
    assert found.of("commented_by_date") == ("2023-05-01T08:00:00Z",)
    assert found.of("person") == (NAME, MAIL)
    assert found.of("mail") == (MAIL,)
    assert found.of("template") == ("file:///C:\\Users\\zhoumy\\x.dotx",)
    assert {"artist：周明远 GPS-LINXI", "gps：含有拍摄地点", "comment：zhoumy", "author：zhoumy"} <= set(
        found.of("picture")
    )
    assert traces(docx(p(NAME))).rows == ()


def test_photographs_lose_their_makers_and_keep_their_turn():
    for picture in (jpeg(), png()):
        bare = exif.stripped(picture)
        assert "zhoumy" not in bare.decode("latin-1") and NAME.encode() not in bare
        assert set(exif.facts(bare)) == set()
        assert exif.stripped(bare) == bare
    assert exif._entries(exif._tiff(exif.stripped(jpeg(6)))) == {0x0112: b"\0\6"}
    assert b"Exif" not in exif.stripped(jpeg(1))
    assert exif.stripped(jpeg()).endswith(b"\1\2\3\xff\xd9")
    assert exif.stripped(b"GIF89a") == b"GIF89a"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([jpeg(), png()]), st.integers(0, 200))
def test_damaged_photographs_do_no_harm(junk, picture, at):
    broken = picture[:at] + junk + picture[at + len(junk) :]
    exif.facts(broken)
    exif.stripped(broken)


@settings(max_examples=150, deadline=None)
@given(
    before=st.text("教师培训，。于是", max_size=6),
    after=st.text("在课堂上说，。", max_size=6),
    cuts=st.sets(st.integers(1, 12)),
    wrap=st.sampled_from(
        ["{}", "<w:hyperlink>{}</w:hyperlink>", "<w:ins w:id='1'>{}</w:ins>", "<w:smartTag>{}</w:smartTag>"]
    ),
    place=st.sampled_from(["body", "cell", "header", "footnotes"]),
)
def test_a_name_split_over_runs_in_any_way_is_masked(before, after, cuts, wrap, place):
    line = before + NAME + after
    marks = [0, *sorted(c for c in cuts if c < len(line)), len(line)]
    paragraph = p(*(wrap.format(r(line[a:b])) for a, b in itertools.pairwise(marks)))
    data = {
        "body": lambda: docx(paragraph),
        "cell": lambda: docx(tbl([tc(paragraph)])),
        "header": lambda: docx(p("正文"), header=paragraph),
        "footnotes": lambda: docx(p("正文"), footnotes=f'<w:footnote w:id="2">{paragraph}</w:footnote>'),
    }[place]()
    old, new = read(data).document.text, read(masked(data, [NAME])).document.text
    assert new == old.replace(NAME, "某某某")


@pytest.mark.parametrize(
    ("name", "kept", "hidden"),
    [
        ("高峰", "用电高峰期，攀上高峰", "作者：高峰，高峰老师说"),
        ("文明", "文明城市和精神文明", "姓名：文明。我叫文明。文明校长"),
        ("于新", "对于新生，由于新建", "于新在课上说，听于新讲课"),
        ("李明", "桃李满园，说明道理", "看李明在课堂上"),
    ],
)
def test_a_name_that_is_a_word_is_hidden_only_where_it_is_a_name(name, kept, hidden):
    assert masked_at(kept, Hidden.of([name]).spans(kept)) == kept
    assert name not in masked_at(hidden, Hidden.of([name]).spans(hidden))


def test_the_form_the_file_name_and_the_computer_say_whom_to_hide(tmp_path):
    body = [
        p("题目"),
        p("正文里写到黎小燕、冯大川、教师和李娜。"),
        tbl(["作者", "冯大川、李娜"], ["单位", UNIT], ["电话", PHONE]),
    ]
    file = tmp_path / "题目.docx"
    file.write_bytes(docx(*body, extra={"docProps/core.xml": core("黎小燕")}))
    (done,) = blind_files([file], tmp_path / "盲审", also=["青榆县教师发展中心"])
    assert done.copy
    assert read(done.copy.read_bytes()).document.text.splitlines()[1] == "正文里写到某某某、某某某、教师和某某。"
    assert not done.nameless and not done.ambiguous
    file.write_bytes(docx(p("没有信息表")))
    (done,) = blind_files([file], tmp_path / "盲审")
    assert done.nameless
    (done,) = blind_files([file], tmp_path / "盲审", also=["高峰"])
    assert done.ambiguous == ("高峰",)


def test_words_and_names_are_told_apart():
    assert is_word("和平") and not is_word("王伟")


def test_a_unit_is_hidden_by_the_end_of_its_name_but_not_by_a_word_for_schools():
    hidden = Hidden.of(units=["临溪市石榴镇中心小学", "青榆县第一中学"])
    text = "石榴镇中心小学是一所中心小学；第一中学很多，青榆县第一中学只有一所"
    assert masked_at(text, hidden.spans(text)) == "某某某某某某某是一所中心小学；第一中学很多，某某某某某某某只有一所"


def test_what_cannot_be_opened_is_told():
    data = docx(
        p("字"), extra={"word/embeddings/oleObject1.bin": "x", "word/vbaProject.bin": "y", "word/media/a.png": png()}
    )
    copy = blind_copy(data, Hidden.of([NAME]))
    assert copy.left == ("word/embeddings/oleObject1.bin", "word/vbaProject.bin")
    assert copy.pictures == 1


def test_limits_hold_for_packages_inside_the_package():
    inner = package({"a.bin": "0" * 90_000})
    data = docx(p("字"), extra={f"word/embeddings/{n}.docx": inner for n in range(4)})
    assert masked(data, [NAME], limits=Limits(inflated=600_000))
    with pytest.raises(UnreadableError) as refused:
        masked(data, [NAME], limits=Limits(inflated=200_000))
    assert refused.value.code == "bomb"
    with pytest.raises(UnreadableError) as refused:
        masked("不是文档".encode(), [NAME])
    assert refused.value.code == "blind_format"


FORM = {
    "文章标题": "一块屏幕",
    "作者真实姓名": NAME,
    "单位": UNIT,
    "职务/职称": "教师",
    "邮箱": MAIL,
    "电话": "13800000101",
}


def real():
    lines = case_lines(5)
    lines[3] += f"{NAME}老师带着石榴镇中心小学的老师们走进课堂。"
    return written(lines, FORM)


def findings(report):
    """Code and places of the findings, except those on personal data, which a blind copy has none of."""
    own = ("personal_data", "author_form", "form_matches_body")
    return [(f.code, [e.span for e in f.evidence]) for f in report.findings if not f.code.startswith(own)]


def test_the_command_writes_copies_that_screen_alike(tmp_path):
    names = (tmp_path / f"一块屏幕-{UNIT}-{NAME}.docx", tmp_path / "坏.docx")
    names[0].write_bytes(real())
    names[1].write_bytes(b"PK\3\4")
    run = [sys.executable, "-m", "screening", "blind", *map(str, names), "--out", str(tmp_path / "盲审")]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "坏.docx：没有制作副本" in done.stdout
    (copy,) = (tmp_path / "盲审").iterdir()
    assert copy.name == f"一块屏幕-{'某' * len(UNIT)}-某某某.docx"
    assert not any(x in words_of(copy.read_bytes()) for x in (NAME, UNIT, MAIL, "13800000101", "python-docx"))
    old, new = check_files([names[0], copy], kind="work_case")
    assert findings(old) == findings(new) and findings(old)
    list(blind_files(names[:1], tmp_path / "盲审"))
    assert len(list((tmp_path / "盲审").iterdir())) == 2, "a second run writes beside, never over"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_the_copy_and_reads_the_same_text(tmp_path):
    (tmp_path / "b.docx").write_bytes(masked(real(), **NAMES))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "b.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = (tmp_path / "b.txt").read_text("utf-8-sig")
    assert "某某某老师带着某某某某某某某的老师们" in text
    assert NAME not in text
    assert "".join(text.split()) == "".join(read((tmp_path / "b.docx").read_bytes()).document.text.split())
