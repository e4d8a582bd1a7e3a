"""An archive for tests of pages: two portals, an edit, a re-post, a vanished page, a table, hostile pages."""

from pathlib import Path
from uuid import uuid4

from model.clock import now
from tests.archives import done
from tests.clock import Clock
from tests.sink import Page, bring, make_portals

PORTALS = {"gia-vien": "Cổng huyện Gia Viễn", "nho-quan": "Cổng huyện Nho Quan"}
HOMES = Page(
    "1", "Xóa nhà tạm cho hộ nghèo",
    "Ông Nguyễn Văn Bình, Chủ tịch UBND huyện Gia Viễn, cho biết năm 2023 huyện hỗ trợ hơn 31 tỷ đồng cho 120 hộ nghèo.\n\n"
    "Bà Vũ Thị Dược, Phó Chủ tịch UBND huyện Gia Viễn, trao 81 suất quà tại xã Gia Thịnh.\n\n"
    "Các xã đã rà soát, lập danh sách và bình xét công khai; nhà làm theo kiểu ba cứng, mỗi căn rộng ít nhất 36 m2, do bà con "
    "cùng góp ngày công. Đến nay phần lớn gia đình đã dọn về nhà mới trước mùa mưa bão, còn lại sẽ xong trong quý sau.", "12/07/2023",
)  # fmt: skip
EDITED = HOMES._replace(text=HOMES.text.replace("120 hộ nghèo", "102 hộ nghèo"))
LOANS = [
    Page(f"v{n}", f"Cho vay vốn đợt {n}", f"Ngân hàng Chính sách xã hội cho {10 * n} hộ nghèo vay {n} tỷ đồng.", f"0{n}/03/202{n % 3 + 1}")
    for n in range(1, 10)
]  # fmt: skip
EVIL = [
    "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>", "<svg onload=window.hacked=1>",
    "<style>*{display:none}</style>", "<a href=\"javascript:window.hacked=1\">x</a>", "\"><script>window.hacked=1</script>",
    "<iframe src=\"data:text/html,<script>parent.hacked=1</script>\">", "<b", "</textarea></title></pre><script>window.hacked=1</script>",
    "{{ 7*7 }} ${7*7} <!--", "' onmouseover='window.hacked=1",
]  # fmt: skip
HOSTILE_PAGE = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>Bản tin</title>"
    "<script>document.title='ran '+document.cookie;fetch('/api/v1/status').then(r=>r.text()).then(t=>{document.title='read '+t})</script>"
    "<meta http-equiv=refresh content='0;url=/operator'></head>"
    "<body onload=\"document.title='loaded'\"><h1>Xóa nhà tạm</h1><form action='/subscribe' method=post id=f><input name=email></form>"
    "<iframe src='/operator'></iframe><p>"
    + "Huyện hỗ trợ 31 tỷ đồng cho 120 hộ nghèo. " * 8
    + "</p></body></html>"
)


def fill_shelf(home: Path, clock: Clock) -> None:
    """Put the bulletins into a new archive."""
    make_portals(home, PORTALS)
    bring(home, "gia-vien", HOMES, *LOANS)
    clock.forward(hours=30)
    bring(home, "gia-vien", EDITED)
    bring(home, "nho-quan", EDITED._replace(path="x1"))
    bring_html(home, "gia-vien", "https://gia-vien.example/xau?id=1", HOSTILE_PAGE)


def fill_evil(home: Path) -> None:
    """Put bulletins into a new archive that try to run a script from every field."""
    make_portals(home, {f"xau-{n}": text for n, text in enumerate(EVIL)})
    for n, text in enumerate(EVIL):
        page = Page("1", f"{text} Tin {n}", f"Ông Nguyễn Văn Bình {text}, Chủ tịch UBND huyện Gia Viễn, trao {n + 2} suất quà {text} cho hộ nghèo.")  # fmt: skip
        bring(home, f"xau-{n}", page)


def bring_html(
    home: Path, slug: str, url: str, html: str, media: str = "text/html; charset=utf-8"
) -> None:
    """Import one answer of a portal as captured now."""
    answer = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nSet-Cookie: a=b\r\n\r\n{html}".encode()
    told = {
        "WARC-Type": "response", "WARC-Target-URI": url, "WARC-Date": f"{now():%Y-%m-%dT%H:%M:%SZ}",
        "WARC-Record-ID": f"<urn:uuid:{uuid4()}>", "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(answer)),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    path = home / f"{uuid4()}.warc"
    path.write_bytes(f"WARC/1.0\r\n{lines}\r\n".encode() + answer + b"\r\n\r\n")
    done(home, "import", str(path), "--portal", slug)
