"""Who may import whom, and where each library of the project has its home."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EVERYTHING = {
    "text",
    "model",
    "config",
    "crawler",
    "nlp",
    "storage",
    "publish",
    "rows",
    "web",
    "pipeline",
    "scheduler",
    "cli",
}
MAY_IMPORT = {
    "text": set(),
    "model": set(),
    "config": {"model"},
    "crawler": {"text", "model"},
    "nlp": {"text", "model"},
    "storage": {"text", "model"},
    "publish": {"text", "model", "storage"},
    "web": {"text", "model", "storage", "publish", "config"},
    "pipeline": {"text", "model", "config", "crawler", "nlp", "storage"},
    "samples": set(),
    "scheduler": EVERYTHING,
    "cli": EVERYTHING,
}
HOMES = {
    "scrapy": {"crawler"},
    "bs4": {"crawler"},
    "feedparser": {"crawler"},
    "underthesea": {"nlp"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "warcio": {"storage"},
    "rensa": {"text"},
    "tantivy": {"storage"},
    "filelock": {"storage"},
    "numpy": {"storage"},
    "tldextract": {"crawler"},
    "apscheduler": {"scheduler"},
    "click": {"cli"},
    "jinja2": {"publish"},
    "itsdangerous": {"publish"},
    "fastapi": {"web"},
    "uvicorn": {"cli"},
    "prometheus_client": {"web"},
    "holidays": {"storage"},
    "argon2": {"web"},
}


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def sources() -> list[tuple[str, Path]]:
    found = []
    for package in MAY_IMPORT:
        folder, module = ROOT / package, ROOT / f"{package}.py"
        paths = [module] if module.exists() else sorted(folder.rglob("*.py"))
        found += [(package, path) for path in paths]
    return found


@pytest.mark.parametrize(("package", "path"), sources(), ids=lambda value: str(value)[-40:])
def test_imports(package: str, path: Path) -> None:
    imported = imports_of(path) - set(sys.stdlib_module_names) - {package}
    ours = imported & (EVERYTHING | {"samples"})
    assert ours <= MAY_IMPORT[package], f"{path} imports {ours - MAY_IMPORT[package]}"
    for library in imported & HOMES.keys():
        assert package in HOMES[library], f"{library} belongs to {HOMES[library]}"
