"""Figures through the command line: what changed between editions, corrections beside what was read, base units."""

import csv
import io
import time
from pathlib import Path

from tests.archives import bantin, done, rows

PLACE = "huyện Gia Viễn, tỉnh Ninh Bình"
TEXT = """Gia Viễn chi trả hơn 30 tỷ đồng cho người nghèo

12/07/2023

Sáng 12/7, UBND huyện Gia Viễn cho biết, 6 tháng đầu năm 2023, huyện đã chi trả {amount} tỷ đồng cho 520 hộ nghèo,
trong đó 120 hộ là người cao tuổi. Diện tích trồng lúa đạt 3 sào; diện tích trồng rừng đạt 1,5 ha.
"""


def imported(home: Path, amount: str) -> None:
    path = home / "bulletin.txt"
    path.write_text(TEXT.format(amount=amount), encoding="utf-8")
    done(home, "import", str(path), "--portal", "gia-vien", "--place", PLACE)


def test_changes_between_editions_name_both_captures(tmp_path: Path) -> None:
    done(tmp_path, "init")
    imported(tmp_path, "31")
    article = rows(tmp_path, "search", "người nghèo")[0]["id"]
    assert rows(tmp_path, "figures", "changes", article) == []
    time.sleep(1.1)  # addresses of captures tell seconds
    imported(tmp_path, "13")
    changes = rows(tmp_path, "figures", "changes", article)
    assert {(c["change"], c["before"], c["after"]) for c in changes} == {
        ("changed", "31000000000", "13000000000")
    }
    assert all(c["before_archived"] != c["after_archived"] for c in changes)
    assert all(c["before_text"].startswith("31 tỷ") for c in changes)


def test_changes_of_an_unknown_article(tmp_path: Path) -> None:
    done(tmp_path, "init")
    outcome = bantin(tmp_path, "figures", "changes", "none")
    assert outcome.returncode == 1
    assert "none: no article has this id" in outcome.stderr


def test_a_headline_is_told_once_and_units_have_a_base(tmp_path: Path) -> None:
    done(tmp_path, "init")
    imported(tmp_path, "31")
    money = rows(tmp_path, "figures", "--type", "money")
    assert [(m["value"], m["period_from"]) for m in money] == [("31000000000", "2023-01-01")]
    measures = rows(tmp_path, "figures", "--type", "measure")
    assert {(m["unit"], m["base_value"], m["base_unit"]) for m in measures} == {
        ("sào", "1080", "m2"),
        ("ha", "15000", "m2"),
    }
    keys = {c["noun"]: c["key"] for c in rows(tmp_path, "figures", "--type", "count")}
    assert keys["hộ nghèo"] == "ho ngheo"


def test_corrections_stand_beside_what_was_read(tmp_path: Path) -> None:
    done(tmp_path, "init")
    imported(tmp_path, "31")
    money = rows(tmp_path, "figures", "--type", "money")[0]["id"]
    poor = rows(tmp_path, "figures", "--noun", "hộ nghèo")[0]["id"]
    done(
        tmp_path, "figures", "correct", money, "--value", "31.5e9", "--reason", "the table says so"
    )
    done(tmp_path, "figures", "reject", poor, "--reason", "of the whole province")
    told = rows(tmp_path, "figures", "--type", "money")[0]
    sao = rows(tmp_path, "figures", "--unit", "sào")[0]["id"]
    done(tmp_path, "figures", "correct", sao, "--value", "30", "--reason", "the report says 30")
    field = rows(tmp_path, "figures", "--unit", "sào")[0]
    assert (field["value"], field["base_value"]) == ("30", None)
    assert (told["value"], told["read_value"], told["reason"]) == (
        "31500000000", "31000000000", "the table says so",
    )  # fmt: skip
    assert rows(tmp_path, "figures", "--noun", "hộ nghèo") == []
    left = rows(tmp_path, "figures", "--noun", "hộ nghèo", "--rejected")[0]
    assert (left["value"], left["read_value"], left["flags"]) == (
        None,
        "520",
        ["parts_incomplete", "rejected"],
    )
    done(tmp_path, "rebuild")
    table = done(tmp_path, "export", "figures", "-f", "csv", "-o", "-").stdout
    held = {row["id"]: row for row in csv.DictReader(io.StringIO(table.lstrip("\ufeff")))}
    assert (held[poor]["value"], held[poor]["reason"]) == ("", "of the whole province")
    assert held[money]["value"] == "31500000000"
