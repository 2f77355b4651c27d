"""The file of evidence on a pair and a group: what the page shows, masked for who asks, from one document to the other."""

import random
import re

import pytest
from lxml import html

from screening.output.labels import percent
from tests.service.intake.sending import send
from tests.service.jobs.handing import row_of
from tests.service.working import drain
from tests.writing import case_lines, docx, noise

UNIT, OTHER = "临溪市教育局", "白麓大学"


@pytest.fixture
def where(tmp_path):
    """The pages use what the interface uses, which is tested on both databases."""
    return str(tmp_path / "data" / "screening.db")


@pytest.fixture
def two(client_of, store, settings):
    """A case and its copy by another unit, handed in later; only the later report tells of the pair."""
    ids = []
    for unit, day, name, more in ((UNIT, 3, "王丽", []), (OTHER, 5, "赵强", [noise(random.Random(5), 200)])):
        data = docx([*case_lines(11), *more])
        said = {"unit": unit, "kind": "work_case", "author": name, "received": f"2024-01-{day:02d} 09:00"}
        ids.append(send(client_of(), data, f"{name}.docx", **said).json()["id"])
        drain(store, settings)
    return ids


def pair_of(client, submission):
    (found,) = client.get(f"/api/v1/submissions/{submission}/report").json()["reuse"]["sources"]
    return found


def tree(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment")
    return html.fromstring(answer.content.decode())


def facts(root):
    rows = root.xpath("//section[1]//tr[th[@scope='row']]")
    return {r.xpath("string(th)"): [c.text_content() for c in r.xpath("td")] for r in rows}


def test_it_says_what_the_report_says(client_of, store, two):
    client = client_of()
    source = pair_of(client, two[1])
    root = tree(client.get(f"/api/v1/pairs/{two[1]}/{source['id']}/evidence.html"))
    said = facts(root)
    assert said["单位"] == [OTHER, UNIT]
    assert said["报送时间"] == ["2024-01-05 09:00", "2024-01-03 09:00"]
    assert said["相似部分占本份"] == [percent(source["rate"]), percent(source["share_of_source"])]
    assert said["文件 SHA-256"] == [row_of(store, i)["sha256"] for i in reversed(two)]
    numbers = [
        client.get(f"/api/v1/submissions/{i}/sheet.docx").headers["content-disposition"].split('"')[1][:-5]
        for i in reversed(two)
    ]
    assert said["报告编号"] == numbers
    assert "谁先谁后：乙在前" in root.text_content()
    report = client.get(f"/api/v1/submissions/{two[1]}/report").json()
    columns = ["".join(root.xpath(f"//table[@class='whole-texts']/tbody//td[{n}]//text()")) for n in (1, 2)]
    assert re.sub(r"\s", "", columns[0]) == re.sub(r"\s", "", report["text"])
    for p in report["reuse"]["passages"]:
        assert re.sub(r"\s", "", p["source_quote"]) in re.sub(r"\s", "", columns[1])


def test_it_is_masked_for_who_asks(client_of, two):
    administrator, blind = client_of(), client_of("reviewer")
    source = pair_of(administrator, two[1])["id"]
    path = f"/api/v1/pairs/{two[1]}/{source}/evidence.html"
    open_, hidden = administrator.get(path).text, blind.get(path).text
    for page in (open_, hidden):
        assert "王丽" not in page and "赵强" not in page
    assert UNIT in open_ and UNIT not in hidden and OTHER not in hidden
    assert client_of("submitter", OTHER).get(path).status_code == 403
    assert client_of("submitter", "别的单位").get(path).status_code == 404


def test_a_group_has_one_too(client_of, two):
    client = client_of()
    (group,) = client.get("/api/v1/clusters").json()["items"]
    for member in group["members"]:
        root = tree(client.get(f"/api/v1/clusters/{member['submission']}/evidence.html"))
        assert [r.xpath("string(td[2])") for r in root.xpath("//section[1]//tbody/tr")] == [UNIT, OTHER]
        assert "谁最早：第 1 份。" in root.text_content()
        (link,) = root.xpath("//table[caption[starts-with(., '相似的每一对')]]/tbody/tr")
        source = pair_of(client, two[1])
        assert [c.text_content() for c in link] == [
            "2 与 1",
            percent(source["rate"]),
            percent(source["share_of_source"]),
        ]
    assert client.get("/api/v1/clusters/nothing/evidence.html").status_code == 404
    assert client_of("submitter", UNIT).get(f"/api/v1/clusters/{two[0]}/evidence.html").status_code == 403
    assert UNIT not in client_of("reviewer").get(f"/api/v1/clusters/{two[0]}/evidence.html").text


def test_who_took_it_is_noted(client_of, two):
    client = client_of()
    source = pair_of(client, two[1])["id"]
    client.get(f"/api/v1/pairs/{two[1]}/{source}/evidence.html")
    assert any(e["action"] == "export.evidence" for e in client.get("/api/v1/audit").json()["items"])
