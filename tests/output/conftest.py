"""The page of the samples, for every test of this folder."""

import pytest

from screening.output.html import write_html
from tests import samples
from tests.output.pages import BOOK


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "index.html"
    write_html(path, samples.shelf(tmp_path, *samples.reports()), samples.batch(), BOOK)
    return path.read_text("utf-8")
