"""Why a file can't be read or screened: one table of code, sentence and remedy, from which the catalogue in README is made."""

from __future__ import annotations

from screening.errors import UnreadableError

_RESAVE = "请用 Word 或 WPS 打开，另存为 .docx 后再报送。"

REFUSALS: dict[str, tuple[str, str]] = {
    "empty": ("文件是空的（0 字节）", "请重新导出或重新上传后再报送。"),
    "unreadable": ("文件读不出来（没有权限，或所在磁盘、压缩包有损坏）", "请核对文件权限，或重新拷贝后再试。"),
    "too_large": ("文件超过大小上限", "请压缩文中图片（Word：图片格式 → 压缩图片）后再报送。"),
    "encrypted": ("文件设有打开密码", "请在 Word“文件 → 信息 → 保护文档”中去掉密码，另存后再报送。"),
    "enterprise_encryption": (
        "文件被单位的加密软件加密，只能在该单位的电脑上打开",
        "请先用加密软件解密（外发），再报送。",
    ),
    "lock_file": ("这是 Word 打开文件时留下的临时文件（~$ 开头），不是案例本身", "请关闭 Word，报送同名的正式文件。"),
    "legacy_doc": ("旧版 Word 或 WPS 文件没能转换成 .docx", _RESAVE),
    "no_converter": (
        "这种旧格式要用 LibreOffice 转换，而本机没有安装",
        "请用 Word 或 WPS 打开，另存为 .docx 后再报送；或请管理员安装 LibreOffice（Debian、Ubuntu：apt-get install libreoffice-writer）。",
    ),
    "pdf": (
        "这是 PDF 文件，本机没有安装读取 PDF 的组件",
        "请报送原始的 Word 文件（.docx）；或请管理员安装：pip install 'case-screening[pdf]'。",
    ),
    "scanned": (
        "疑似扫描件：PDF 里只有图片，没有可以检查的文字",
        "请报送可以编辑文字的 Word 文件（.docx），不要用照片或扫描件。",
    ),
    "too_many_pages": ("文件的页数过多", "请核对是否拿错了文件，案例正文单独报送。"),
    "picture": ("这是图片，不是 Word 文件", "请报送可以编辑文字的 Word 文件（.docx），不要用照片或扫描件。"),
    "archive": ("这是压缩包（rar/7z 等），不是 Word 文件", "请解压后报送其中的 .docx，或改用 zip 压缩整批材料。"),
    "zip_not_word": (
        "这是一个压缩包或其他 Office 文件（如表格、演示文稿），里面没有 Word 正文",
        "请报送 .docx 格式的正文。",
    ),
    "damaged": ("文件已损坏，打不开（可能没有传完）", "请在原电脑上用 Word 打开，另存为新的 .docx 后重新报送。"),
    "bomb": ("文件解压后异常巨大，为安全起见没有打开", "请用 Word 打开原文件，另存为新的 .docx 后再报送。"),
    "too_many_entries": ("文件内部的部件过多，为安全起见没有打开", "请用 Word 打开原文件，另存为新的 .docx 后再报送。"),
    "doctype": (
        "文件内部含有 Word 不会写出的声明（DOCTYPE），为安全起见没有打开",
        "请用 Word 打开原文件，另存为新的 .docx 后再报送。",
    ),
    "too_deep": ("文件内部嵌套过深，为安全起见没有打开", "请用 Word 打开原文件，另存为新的 .docx 后再报送。"),
    "too_many_elements": ("文件内部的元素过多，为安全起见没有打开", "请把正文复制到新的 Word 文档，另存后再报送。"),
    "too_long": (
        "正文过长（超过五十万字或两万段），不像一篇案例",
        "请只报送案例正文；若文件确实只有几页，请把正文复制到新的 Word 文档，另存后再报送。",
    ),
    "timeout": ("读取用时过长，为安全起见已停止", "请把正文复制到新的 Word 文档，另存为 .docx 后再报送。"),
    "memory": ("读取时占用内存过多，为安全起见已停止", "请把正文复制到新的 Word 文档，另存为 .docx 后再报送。"),
    "crashed": (
        "读取时程序意外中止，其他文件不受影响",
        "请用 Word 打开原文件，另存为新的 .docx 后再报送；若仍然如此，请把文件发给维护人员。",
    ),
    "internal": (
        "程序处理这份文件时出错",
        "请用 Word 打开后另存为新的 .docx 再报送；若仍然如此，请把文件发给维护人员。",
    ),
    "screening_timeout": (
        "筛查用时过长，已停止，其他文件不受影响",
        "请核对文件是否只含一篇案例，并单独运行 screening check；若仍然如此，请把文件发给维护人员。",
    ),
    "screening_crashed": (
        "筛查时程序意外中止（多半是内存不够），其他文件不受影响",
        "请关闭其他程序后，单独运行 screening check；若仍然如此，请把文件发给维护人员。",
    ),
    "no_reader": (
        "负责读取文件的子进程启动不了，文件没有读取",
        "请核对本机是否限制了新建进程、内存是否够用，再重新运行。",
    ),
    "encoding": ("文本文件的文字编码无法识别", "请用 Word 打开，另存为 .docx 后再报送。"),
    "unknown_format": ("无法识别的文件格式", _RESAVE),
}


def refusal(code: str, detail: str = "") -> UnreadableError:
    """Return the error for ``code``; ``detail`` is put behind the sentence, in brackets."""
    sentence, advice = REFUSALS[code]
    return UnreadableError(code, f"{sentence}（{detail}）" if detail else sentence, advice)
