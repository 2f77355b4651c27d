"""Groups of similar texts on the page: members, links, graph, what is folded and counted."""

from dataclasses import replace

from lxml import html

from screening.output.html_clusters import AT_ONCE, CLUSTERS_SHOWN, MEMBERS_SHOWN
from tests import samples
from tests.output.pages import written


def test_a_group_names_its_members_its_links_and_who_was_first(page):
    tree = html.fromstring(page)
    group = tree.get_element_by_id("cluster-1")
    assert group.xpath("string(summary)") == "群组 13 份 · 最强 70.0% · 最早：《一块屏幕点亮洛溪》（洛溪市教育局）"
    assert [li.text_content() for li in group.xpath(".//ul/li")] == [
        "3 对中 2 对有相似段落，平均相似率 30.0%",
        "最强：1 与 2（占 1 的 70.0%，占 2 的 30.0%）",
        "最弱：2 与 3（占 2 的 20.0%，占 3 的 10.0%，本人或本单位）",
        "有相似段落的 2 对中，1 对是本人或本单位的材料之间",
    ]
    rows = [[c.text_content() for c in row] for row in group.xpath(".//tbody/tr")]
    assert rows[0] == ["1", "一块屏幕点亮洛溪 最早", "洛溪市教育局", "往年 · 时间不详", "与 2", "70.0%", "30.0%"]
    assert [r[4:] for r in rows[1:]] == [["与 1", "30.0%", "70.0%"], ["与 2", "10.0%", "20.0%"]]
    # The archive's text has no place on this page.
    assert group.xpath(".//tbody//a/@href") == ["#case-c1", "#case-c2"]


def test_the_graph_of_a_group_says_in_words_what_it_shows(page):
    (svg,) = html.fromstring(page).get_element_by_id("cluster-1").xpath(".//svg")
    assert svg.get("aria-label") == "组内的相似关系：1 与 2 70.0%；2 与 3 20.0%（本人或本单位）"
    assert len(svg.xpath("./line")) == 2 and len(svg.xpath("./line[@stroke-dasharray]")) == 1
    assert (len(svg.xpath("./rect")), len(svg.xpath("./circle"))) == (1, 2)


def test_each_case_says_which_group_it_is_in(page, tmp_path):
    tree = html.fromstring(page)
    line = tree.xpath("//details[@id='case-c1']//dt[text()='所在群组']/following-sibling::dd")[0]
    assert line.text_content() == "群组 1（3 份）" and line.xpath("./a/@href") == ["#cluster-1"]
    alone = written(tmp_path, samples.clean("other"), batch=samples.batch())
    assert alone.xpath("string(//dt[text()='所在群组']/following-sibling::dd)") == "未归入群组"


def test_many_groups_are_folded_cut_and_counted(tmp_path):
    groups = (samples.cluster(),) * (CLUSTERS_SHOWN + 2)
    tree = written(tmp_path, samples.report(), batch=replace(samples.batch(), clusters=groups))
    assert len(tree.xpath("//details[@class='cluster']")) == CLUSTERS_SHOWN
    assert len(tree.xpath("//div[@class='clusters']/details[@class='cluster']")) == AT_ONCE
    assert tree.xpath("string(//div[@class='clusters']/details[@class='more']/summary)") == "其余 90 组"
    assert "列出前 100 组，共 102 组" in tree.text_content()
    # The case is in the last group, which is not on the page: no link into nothing.
    line = tree.xpath("//dt[text()='所在群组']/following-sibling::dd")[0]
    assert line.text_content() == "群组 102（3 份），见 summary.xlsx" and not line.xpath("./a")


def test_a_large_group_is_a_table_without_a_graph_and_says_how_many_it_shows(tmp_path):
    one = samples.cluster()
    more = tuple(replace(one.members[2], id=f"n{n}") for n in range(40))
    links = tuple(replace(one.links[1], b=m.id) for m in more)
    big = replace(one, members=one.members + more, links=one.links + links)
    tree = written(tmp_path, samples.report(), batch=replace(samples.batch(), clusters=(big,)))
    group = tree.get_element_by_id("cluster-1")
    assert len(group.xpath(".//tbody/tr")) == MEMBERS_SHOWN and not group.xpath(".//svg")
    assert f"列出 {MEMBERS_SHOWN} 份，共 43 份" in group.text_content()
