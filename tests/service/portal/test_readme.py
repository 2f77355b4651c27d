"""README's section for portals is true: its commands run, its client works, its report is that of the command line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from service import client
from service.moment import new_webhook_secret, now
from tests.service.jobs.handing import text_of
from tests.service.portal.serving import key_of, serving

README = (Path(__file__).parents[3] / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal")
    with serving(folder / "data") as url:
        yield folder, url, key_of(folder / "data", "--role", "administrator")


def test_the_examples_for_curl_run(running):
    folder, url, key = running
    (folder / "案例.docx").write_bytes(text_of(21))
    (script,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    script = script.replace("http://127.0.0.1:8950", url).replace("csk_你的密钥", key)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = (folder / "报告.json").read_text("utf-8")
    command = [sys.executable, "-m", "screening", "check", "--json", "案例.docx"]
    said = subprocess.run(
        command, cwd=folder, env=environment | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, check=False
    )
    assert report.strip() == said.stdout.decode().strip()


def test_the_client_hands_in_waits_lists_and_decides(running):
    folder, url, key = running
    path = folder / "另一份 “案例”.docx"
    path.write_bytes(text_of(22))
    speaks = client.Client(url, key)
    handed = speaks.submit(path, key="portal-1", unit="白麓大学", kind="work_case")
    assert speaks.submit(path, key="portal-1", unit="白麓大学", kind="work_case")["id"] == handed["id"]
    report = speaks.report(handed["id"])
    assert report["case"]["unit"] == "白麓大学"
    found = speaks.submission(handed["id"])
    assert speaks.decide(handed["id"], "pass", version=found["version"])["decision"] == "pass"
    with pytest.raises(client.Problem) as stale:
        speaks.decide(handed["id"], "return", version=found["version"])
    assert (stale.value.status, stale.value.body["present"]["decision"]) == (409, "pass")
    assert handed["id"] in [s["id"] for s in speaks.submissions(limit="1")]
    assert speaks.check(path)["verdict"] == report["verdict"]


def test_a_webhook_is_verified():
    secret, at, body = new_webhook_secret(), now(), json.dumps({"type": "ping"})
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body),
    }
    assert client.verify(secret, headers, body.encode()) == {"type": "ping"}
    for wrong in (headers | {"Webhook-Id": "msg_2"}, headers | {"Webhook-Timestamp": "1"}):
        with pytest.raises(ValueError, match="webhook"):
            client.verify(secret, wrong, body.encode())
