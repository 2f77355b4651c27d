"""Pages written from reports, as a browser reads them."""

from lxml import html

from screening.output.html import write_html
from screening.report import BatchReport
from screening.rulebook import load_rulebook
from tests import samples

BOOK = load_rulebook()


def written(tmp_path, *reports, batch=None):
    path = tmp_path / "page.html"
    write_html(path, samples.shelf(tmp_path, *reports), batch or BatchReport(made_with=samples.MADE), BOOK)
    return html.fromstring(path.read_text("utf-8"))
