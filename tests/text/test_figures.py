"""Figures that contradict each other: planted in many wordings and found; honest figures raise no question."""

import pytest

from screening.document import Document
from screening.text.figures import doubts

PLANTED = [
    ("sum", "共120人，其中小学60人、初中40人。"),
    ("sum", "全县参训教师共计320名，其中语文110名、数学105名、英语85名。"),
    ("sum", "76所学校中评定优秀24所、良好33所、合格17所、不合格3所。"),
    ("sum", "小学教师60人、初中教师45人、高中教师30人，共计145人。"),
    ("sum", "项目总投入58万元，其中设备23万元、课程20万元、差旅12万元。"),
    ("sum", "本次研修共48学时，包括理论16学时、实践20学时、跟岗16学时。"),
    ("sum", "60名小学教师、45名初中教师和20名高中教师，合计135名。"),
    ("sum", "全年培训1200人次（其中国培300人次、省培400人次、县培480人次）。"),
    ("sum", "团队共二十五人，其中教研员八人、骨干教师十二人、校长三人。"),
    ("sum", "学员分为三组，共45人：语文组16人、数学组15人、英语组16人。"),
    ("over", "学员满意率达到103%。"),
    ("over", "参训教师到课率为108%，比预期好。"),
    ("over", "问卷显示，课程好评率高达120%。"),
    ("over", "乡镇学校覆盖率102%。"),
    ("shares", "考核中出勤占40%、作业占40%、汇报课占30%。"),
    ("shares", "经费中专家费占35%、食宿费占50%、资料费占20%。"),
    ("shares", "授课教师一线教师占55%、高校专家占35%、其余占15%。"),
    ("shares", "培训满意者占85%，其余占25%。"),
    ("date", "2023年2月30日，研修班开班。"),
    ("date", "2023年13月，我们举行了总结会。"),
    ("date", "6月31日，我们组织了观摩活动。"),
    ("date", "2032年5月，送教团队走进石榴镇。"),
    ("date", "跟岗时间为2023年9月至2023年6月。"),
    ("date", "2027年，全县学校都用上了这套办法。"),
    ("twice", "研修班共有学员35名。\n结业时，53名学员全部完成作业。"),
    ("twice", "案例概要：来自12所学校的86名教师参加研修。\n这68名教师回校后都上了公开课。"),
    ("twice", "全县乡村教师总数为1240人。\n目前全县乡村教师总数1420人。"),
    ("twice", "累计送教下乡112节。\n两年里累计送教下乡121节。"),
    ("twice", "全县共培训教师1300人次。\n到年底，全县共培训教师1500人次。"),
    ("twice", "项目总经费86万元。\n资金方面，项目总经费68万元。"),
    ("twice", "学员共完成课例240节。\n学员共完成课例204节，已汇编成册。"),
]

HONEST = [
    "共120人，其中小学60人、初中40人、高中20人。",
    "共1 174名学员结业，其中优秀学员40名、市级骨干12名。",
    "授课专家326人，其中省外34人，一线教师178人，占54.6%。",
    "学员60人，其中42人未受过专业训练，有19人由小学教导主任转任。",
    "约120人参加，其中小学60余人、初中40余人。",
    "共45人：语文组16人、数学组15人，另有英语组14人。",
    "培训任务完成率108%，经费同比增长120%。",
    "女教师占61%，少数民族教师占51%，党员占40%。",
    "会用平板的占58%，会写反思的占61%，能上示范课的占36%。",
    "授课教师一线教师占55%、高校专家占35%、其余占10%。",
    "2024年2月29日，研修班开班。",
    "力争到2030年，骨干教师比例达到20%。",
    "跟岗时间为2022年9月至2023年6月。",
    "授课教师86人。\n新认定“双师型”教师68人。",
    "应题得分率38%。\n两年后应题得分率51%。",
    "2022年培训教师1300人次。\n2023年培训教师1500人次。",
    "由35人增加到53人。\n35名学员和他们的53名徒弟。",
    "第35期学员12名，第53期学员21名。",
    "研修共48学时，理论16学时、实践32学时。",
    "",
]


def read(text):
    document = Document.from_lines(text.split("\n"))
    return document, doubts(document, document.paragraphs, 2023)


@pytest.mark.parametrize(("kind", "text"), PLANTED)
def test_planted_contradictions_are_found_with_their_places(kind, text):
    document, found = read(text)
    assert [d.kind for d in found] == [kind]
    (doubt,) = found
    assert list(doubt.spans) == sorted(doubt.spans) and doubt.reason
    assert all(any(c.isdigit() or c in "一二三四五六七八九十" for c in document.quote(s)) for s in doubt.spans)
    assert len(doubt.spans) == (2 if kind in ("sum", "twice") else 1)


@pytest.mark.parametrize("text", HONEST)
def test_honest_figures_raise_no_question(text):
    assert read(text)[1] == ()


@pytest.mark.parametrize("piece", ["甲12人、", "全县共培训教师12人，", "占40%、", "共12人，其中", "12"])
@pytest.mark.timeout(20)  # tenths of a second where the cost grows with the length, minutes where with its square
def test_monotonous_text_of_any_length_is_read(piece):
    read("共9人，其中" + piece * 20_000)
