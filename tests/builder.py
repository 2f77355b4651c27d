"""A tiny builder of .docx packages out of XML fragments, so that every construct, and every fault, is a line in a test."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NS = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
)
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
KINDS = {
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "header": "header",
    "footer": "footer",
    "theme": "theme",
    "settings": "settings",
}
ROOTS = {"footnotes": "footnotes", "endnotes": "endnotes", "comments": "comments", "header": "hdr", "footer": "ftr"}


def t(text):
    return f'<w:t xml:space="preserve">{text}</w:t>'


def r(text, props=""):
    return f"<w:r>{f'<w:rPr>{props}</w:rPr>' if props else ''}{t(text)}</w:r>"


def p(*runs, props=""):
    inner = "".join(x if x.startswith("<") else r(x) for x in runs)
    return f"<w:p>{f'<w:pPr>{props}</w:pPr>' if props else ''}{inner}</w:p>"


def style(name):
    return f'<w:pStyle w:val="{name}"/>'


def tc(*blocks, props=""):
    return f"<w:tc>{f'<w:tcPr>{props}</w:tcPr>' if props else ''}{''.join(blocks) or p()}</w:tc>"


def tbl(*rows, props=""):
    body = "".join(f"<w:tr>{''.join(c if c.startswith('<w:tc>') else tc(p(c)) for c in row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblPr>{props}</w:tblPr>{body}</w:tbl>"


def rels(rows):
    body = "".join(
        f'<Relationship Id="{i}" Type="{R}/{kind}" Target="{target}"{" TargetMode=" + chr(34) + "External" + chr(34) if external else ""}/>'
        for i, kind, target, external in rows
    )
    return f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{body}</Relationships>'


def docx(*blocks, links=(), extra=None, main="word/document.xml", names=None, background="", **parts):
    """Return a package with ``blocks`` as its body; keyword arguments are further parts by kind, ``links`` further relations."""
    files = {"[Content_Types].xml": TYPES, "_rels/.rels": rels([("rId1", "officeDocument", main, False)])}
    rows = []
    for n, (kind, content) in enumerate(parts.items(), 10):
        rows.append((f"rId{n}", KINDS[kind], f"{kind}.xml", False))
        root = ROOTS.get(kind)
        files[f"word/{kind}.xml"] = f"<w:{root} {NS}>{content}</w:{root}>" if root else content
    rows += list(links)
    files[main] = f"<w:document {NS}>{background}<w:body>{''.join(blocks)}</w:body></w:document>"
    files["word/_rels/document.xml.rels"] = rels(rows)
    files |= extra or {}
    return package(files, names)


def package(files, names=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Without a time of day: the same fragments give the same bytes.
            info = zipfile.ZipInfo((names or {}).get(name, name))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def styles(*rows, defaults=""):
    return f"<w:styles {NS}><w:docDefaults><w:rPrDefault><w:rPr>{defaults}</w:rPr></w:rPrDefault></w:docDefaults>{''.join(rows)}</w:styles>"


def style_row(key, name, based="", p_props="", r_props="", kind="paragraph", more=""):
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="{kind}" w:styleId="{key}"><w:name w:val="{name}"/>{base}<w:pPr>{p_props}</w:pPr><w:rPr>{r_props}</w:rPr>{more}</w:style>'


def numbering(*levels, overrides="", more=""):
    rows = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="{start}"/><w:numFmt w:val="{fmt}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (start, fmt, text) in enumerate(levels)
    )
    return (
        f'<w:numbering {NS}><w:abstractNum w:abstractNumId="7">{rows}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="7"/>{overrides}</w:num>{more}</w:numbering>'
    )


def num(num_id=1, level=0):
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'
