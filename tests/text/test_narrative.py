"""Who tells: a narrator's sentences, not those that he quotes, not the bureau's."""

import pytest

from screening.document import Document
from screening.text.narrative import narrative


@pytest.mark.parametrize(
    ("text", "told", "felt"),
    [
        ("我第一次走进研修班的教室，心里有些忐忑。", 1, 1),
        ("自己动手改了三遍教案。", 1, 0),
        ("我县组织了三期培训，教师们感到很受用。", 0, 0),
        ("她说：“我明白了。”", 0, 0),
        ("读了《我的课堂》，教师们明白了许多。", 0, 0),
        ("““““说完，我坐下了。", 1, 0),
        ("我校有三位教师。那天我才发现，孩子们等的是我。", 1, 1),
    ],
)
def test_a_narrators_sentences(text, told, felt):
    document = Document.from_lines([text])
    found = narrative(document, document.paragraphs)
    assert (len(found.told), len(found.felt)) == (told, felt)
    assert set(found.felt) <= set(found.told) <= set(found.sentences)
