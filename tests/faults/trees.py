"""Trees and relations that no Word would write."""

from tests.builder import NS, docx, p, r, rels, style, style_row, styles, t, tbl
from tests.faults.rawzip import MB, Entry, archive
from tests.faults.recipe import OPENED, TEXT, add, flood, least, nested, related, whole, with_main, zipped

# -- the tree -----------------------------------------------------------------------------------------------------------

add("a million empty paragraphs", "bomb", lambda: with_main(whole("<w:p/>" * 1_000_000)))
add("a million empty paragraphs, stored", "too_long", lambda: with_main(whole("<w:p/>" * 1_000_000), method=0))
add(
    "a million runs",
    "too_long timeout memory",
    lambda: with_main(whole(f"<w:p>{'<w:r><w:t>字</w:t></w:r>' * 700_000}</w:p>"), method=0),
)
add(
    "90,000 paragraphs of one run, deflated",
    "too_long",
    lambda: with_main(flood("<w:p><w:r><w:t>字</w:t></w:r></w:p>", 90_000)),
)
add(
    "a million tabs",
    "too_long timeout",
    lambda: with_main(whole(f"<w:p><w:r>{'<w:tab/>' * 1_000_000}</w:r></w:p>"), method=0),
)
add(
    "three million elements",
    "too_many_elements timeout",
    lambda: with_main(whole(f"<w:p>{'<w:r/>' * 2_900_000}</w:p>"), method=0),
)
add(
    "three million elements of four bytes",
    "too_many_elements timeout",
    lambda: with_main(f"<w:document {NS}><w:body><w:p>{'<a/>' * 3_000_000}</w:p></w:body></w:document>", method=0),
)
add(
    "gridSpan of 10^8",
    OPENED,
    lambda: docx(tbl(["甲", '<w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr><w:p/></w:tc>'])),
)
add(
    "vMerge and gridSpan without sense",
    OPENED,
    lambda: docx(tbl(['<w:tc><w:tcPr><w:gridSpan w:val="-5"/><w:vMerge w:val="x"/></w:tcPr><w:p/></w:tc>'])),
)
add(
    "a table of 100,000 cells",
    "too_long",
    lambda: with_main(
        whole(f"<w:tbl>{('<w:tr>' + '<w:tc><w:p/></w:tc>' * 100 + '</w:tr>') * 1_000}</w:tbl>"), method=0
    ),
)
for n, tags in {
    "content controls": ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    "tables": ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
    "insertions": ("<w:ins>", "</w:ins>"),
    "text boxes": ("<w:p><w:r><w:pict><w:txbxContent>", "</w:txbxContent></w:pict></w:r></w:p>"),
    "alternatives": ("<mc:AlternateContent><mc:Choice>", "</mc:Choice></mc:AlternateContent>"),
    "unknown elements": ("<x><y>", "</y></x>"),
}.items():
    add(
        f"nesting 5,000: {n}",
        "too_deep damaged",
        lambda a=tags[0], b=tags[1]: with_main(nested(a, b, 5_000, p(TEXT)), method=0),
    )
    add(f"nesting 60: {n}", "too_deep opened", lambda a=tags[0], b=tags[1]: with_main(nested(a, b, 60, p(TEXT))))
add(
    "runs in runs, 200 deep",
    "too_deep",
    lambda: with_main(whole(f"<w:p>{'<w:r>' * 200}{t(TEXT)}{'</w:r>' * 200}</w:p>")),
)
add(
    "100,000 attributes",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' a{n}="{n}"' for n in range(100_000)))),
)
add(
    "100,000 name spaces",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' xmlns:a{n}="u{n}"' for n in range(100_000)))),
)
add(
    "attributes that collide in a hash",
    OPENED + " damaged",
    lambda: with_main(whole(p(TEXT), attributes="".join(f' {"a" * (n % 60)}{n}="x"' for n in range(60_000)))),
)
add(
    "an attribute of 11 MB",
    "damaged bomb",
    lambda: with_main(whole(p(TEXT), attributes=f' a="{"x" * 11_000_000}"'), method=0),
)
add("a text of 11 MB in one run", "damaged too_long", lambda: with_main(whole(p(r("字" * 3_700_000))), method=0))
add("a word of 490,000 letters", OPENED, lambda: with_main(whole(p(r("x" * 490_000))), method=0))
add("a tag name of 1 MB", OPENED + " damaged", lambda: with_main(whole(f"<{'n' * MB}/>{p(TEXT)}"), method=0))
add(
    "a style based on itself",
    OPENED,
    lambda: docx(p(TEXT, props=style("A")), styles=styles(style_row("A", "a", based="A"))),
)
add(
    "styles based on each other",
    OPENED,
    lambda: docx(
        p(TEXT, props=style("A")), styles=styles(style_row("A", "a", based="B"), style_row("B", "b", based="A"))
    ),
)
add(
    "a chain of 20,000 styles",
    OPENED,
    lambda: docx(
        p(TEXT, props=style("S0")),
        styles=styles(*(style_row(f"S{n}", f"s{n}", based=f"S{n + 1}") for n in range(20_000))),
    ),
)
add(
    "a list level of 10^9",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="1000000000"/><w:numId w:val="99999999999"/></w:numPr>'),
        numbering=f"<w:numbering {NS}/>",
    ),
)
add(
    "a list that starts at 10^9, in words",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        numbering=f'<w:numbering {NS}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1000000000"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
    ),
)
add(
    "a list that starts at 10^4000",
    OPENED,
    lambda: docx(
        p(TEXT, props='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        numbering=f'<w:numbering {NS}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1{"0" * 5000}"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>',
    ),
)
add("a size of 10^400 points", OPENED, lambda: docx(p(r(TEXT, f'<w:sz w:val="1{"0" * 400}"/>'))))
add(
    "a colour that is none",
    OPENED,
    lambda: docx(p(r(TEXT, '<w:color w:val="&quot;&gt;"/><w:color w:themeColor="x" w:themeTint="zz"/>'))),
)
add(
    "a symbol beyond Unicode",
    OPENED,
    lambda: docx(p(f'<w:r><w:sym w:char="FFFFFFFFFF"/><w:sym w:char="D800"/>{t(TEXT)}</w:r>')),
)
add("no text at all", OPENED, docx)
add("a body in a body", OPENED, lambda: with_main(whole(f"<w:body>{p(TEXT)}</w:body>")))
add("no body", "damaged", lambda: with_main(f"<w:document {NS}/>"))
add("another root", "damaged", lambda: with_main("<a/>"))
add(
    "name spaces that nobody knows",
    "damaged",
    lambda: with_main(whole(p(TEXT)).replace("schemas.openxmlformats.org", "x.example")),
)
add(
    "10,000 text boxes",
    OPENED,
    lambda: with_main(
        whole(p(f"<w:r>{f'<w:pict><w:txbxContent>{p(r(chr(23383)))}</w:txbxContent></w:pict>' * 10_000}</w:r>")),
        method=0,
    ),
)

# -- relations ----------------------------------------------------------------------------------------------------------

add("a header that is the main part", OPENED, lambda: related("header", "document.xml"))
add("styles that are the main part", OPENED, lambda: related("styles", "document.xml"))
add(
    "a part related to itself",
    OPENED,
    lambda: docx(
        p(TEXT),
        links=[("a", "settings", "s.xml", False)],
        extra={"word/s.xml": f"<w:settings {NS}/>", "word/_rels/s.xml.rels": rels([("b", "settings", "s.xml", False)])},
    ),
)
add(
    "the main part as relations",
    "damaged opened",
    lambda: archive(Entry("_rels/.rels", rels([("r", "officeDocument", "_rels/.rels", False)]).encode())),
)
add(
    "10,000 headers, one part",
    "too_long timeout",
    lambda: docx(
        p(TEXT),
        links=[(f"r{n}", "header", "h.xml", False) for n in range(10_000)],
        extra={"word/h.xml": f"<w:hdr {NS}>{p(r('页眉')) * 50}</w:hdr>"},
    ),
)
for target in (
    "NULL",
    "",
    "#",
    "../../../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1:9/x",
    "%2e%2e/%2e%2e/x",
    "\\\\host\\share",
    "a" * 5_000,
):
    add(f"styles at {target[:30]!r}", OPENED, lambda x=target: related("styles", x))
for target in ("NULL", "../../etc/passwd", "http://127.0.0.1:9/x.docx"):
    add(
        f"the main part at {target!r}",
        OPENED,
        lambda x=target: archive(
            Entry("_rels/.rels", rels([("r", "officeDocument", x, False)]).encode()), *least()[1:]
        ),
    )
add(
    "a main part outside",
    OPENED,
    lambda: archive(
        Entry("_rels/.rels", rels([("r", "officeDocument", "http://127.0.0.1:9/x", True)]).encode()), *least()[1:]
    ),
)
add(
    "a remote template",
    OPENED,
    lambda: docx(
        p(TEXT),
        links=[("a", "settings", "s.xml", False)],
        extra={
            "word/s.xml": f"<w:settings {NS}/>",
            "word/_rels/s.xml.rels": rels([("b", "attachedTemplate", "http://127.0.0.1:9/x.dotm", True)]),
        },
    ),
)
add("a linked picture", OPENED, lambda: related("image", "http://127.0.0.1:9/x.png", external=True))
add(
    "a DDE field",
    OPENED,
    lambda: docx(p(TEXT, "<w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe</w:instrText></w:r>")),
)
add("macros", OPENED, lambda: docx(p(TEXT), extra={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), file="案例.docm")
add("relations that are no XML", "damaged", lambda: archive(Entry("_rels/.rels", b"\0\1\2"), *least()[1:]))
add(
    "an embedded bomb, not opened",
    OPENED,
    lambda: docx(p(TEXT), extra={"word/embeddings/a.zip": zipped({"a": bytes(MB)})}),
)
