"""The HTML of article bodies, tidy or as editors leave it."""

import re
import unicodedata
from collections.abc import Callable
from html import escape

from .articles import Article, Style
from .bulletins import Paragraphs

WORD_HEAD = (
    "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml>"
    "<![endif]-->"
)
WORD_SPAN = "font-size:14.0pt;font-family:&quot;Times New Roman&quot;,serif;mso-ansi-language:VI"
WORD_GAP = '<p class="MsoNormal" style="text-align:justify"><o:p>&nbsp;</o:p></p>'


def body_html(article: Article) -> str:
    """Return the inside of the body element."""
    return BODIES[article.style](article)


def text_html(text: str) -> str:
    """Escaped text; in decomposed text the editor's "ô" becomes an entity before its tone mark."""
    return escape(text).replace("o\u0302", "&ocirc;").replace("\u00a0", "&nbsp;")


def _plain(article: Article) -> str:
    return _blocks(article.paragraphs)


def _blocks(paragraphs: Paragraphs) -> str:
    return "\n".join(_block(lines) for lines in paragraphs)


def _block(lines: tuple[str, ...]) -> str:
    if "\t" in lines[0]:
        return _table(lines)
    return f'<p style="text-align: justify;">{_lines(lines)}</p>'


def _lines(lines: tuple[str, ...]) -> str:
    return "<br />\n".join(text_html(line) for line in lines)


def _table(rows: tuple[str, ...]) -> str:
    head, *rest = (row.split("\t") for row in rows)
    body = "\n".join(_row(cells, "td") for cells in rest)
    return (
        '<table border="1" cellpadding="0" cellspacing="0" style="width: 100%;">\n'
        f"<thead>{_row(head, 'th')}</thead>\n<tbody>{body}</tbody>\n</table>"
    )


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{text_html(cell)}</{tag}>" for cell in cells) + "</tr>"


def _word(article: Article) -> str:
    paragraphs = [
        f'<p class="MsoNormal" style="text-align:justify;text-indent:36.0pt">'
        f'<span lang="VI" style="{WORD_SPAN}">{_lines(lines)}<o:p></o:p></span></p>'
        for lines in article.paragraphs
    ]
    return WORD_HEAD + f"\n{WORD_GAP}\n".join(paragraphs)


def _breaks(article: Article) -> str:
    return "<br />\n<br />\n".join(_lines(lines) for lines in article.paragraphs)


def _photo(article: Article) -> str:
    *text, caption = article.paragraphs
    image = f"/upload/45/{article.published:%Y%m%d}/anh_91fe.png"
    return (
        _blocks(tuple(text))
        + '\n<table align="center"><tbody><tr><td>'
        + f'<img alt="" src="{image}" /></td></tr>\n<tr><td style="text-align: center;">'
        + f"<em>{_lines(caption)}</em></td></tr></tbody></table>"
    )


def _lead_twice(article: Article) -> str:
    return _blocks(((article.lead or "",), *article.paragraphs))


# TCVN 5712:1993 for the letters of Vietnamese that its font shows otherwise; capitals with marks stay Unicode.
_TCVN3 = str.maketrans(
    "ăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
    "¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
)


def _tcvn3(article: Article) -> str:
    """Each run of text in .VnTime; words with capitals that the font lacks stand apart in Unicode."""

    def shown(line: str) -> str:
        return "".join(
            f'<span style="font-family:.VnTime">{escape(part.translate(_TCVN3))}</span>'
            if index % 2 == 0 else escape(part)
            for index, part in enumerate(re.split(r"([À-ỸĂĐĨŨƠƯ]+(?=\W|[a-zà-ỹ]))", line))
            if part
        )  # fmt: skip

    return "\n".join(
        f"<p>{'<br />'.join(shown(line) for line in lines)}</p>" for lines in article.paragraphs
    )


def _scan(article: Article) -> str:
    return (
        '<p><img src="data:image/png;base64,iVBORw0KGgo=" alt=""></p>\n'
        f'<iframe src="/viewer/web.html?file=/upload/{article.number}/van-ban.pdf#zoom=80"></iframe>\n'
        f"<a href=\"#\" onclick=\"downloadFile('{article.number}','/upload/{article.number}/phu-luc.docx')\"><img src='/icon.png' alt='Tải về'></a>"
    )


def _decomposed(article: Article) -> str:
    """Every second paragraph decomposed; where "ô" carries a tone it is an entity before its mark."""
    return "\n".join(
        f"<p>{_lines(tuple(unicodedata.normalize('NFD', line) for line in lines)) if n % 2 == 0 else _lines(lines)}</p>"
        for n, lines in enumerate(article.paragraphs)
    )


BODIES: dict[Style, Callable[[Article], str]] = {
    Style.PLAIN: _plain,
    Style.WORD: _word,
    Style.BREAKS: _breaks,
    Style.FILES: _plain,
    Style.PHOTO: _photo,
    Style.LEAD_TWICE: _lead_twice,
    Style.TCVN3: _tcvn3,
    Style.SCAN: _scan,
    Style.DECOMPOSED: _decomposed,
}
