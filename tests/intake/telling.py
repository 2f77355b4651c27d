"""What intake tells of a file, for tests of tricks."""

from screening.intake import read

LONG = "这一段话很长而且写在了谁也看不见的地方用来凑足通知要求的字数"


def told(data):
    return {w.code: w for w in read(data, "x.docx").warnings}


def text(data):
    return read(data, "x.docx").document.text


def found(data, code, quote, source, count=1):
    """Check that a trick is told with its words and its place, and that its words are no text."""
    warning = told(data)[code]
    assert (warning.quote, warning.source, warning.count) == (quote, source, count)
    assert quote not in text(data)
