"""Pages on paper: same bytes, text that can be copied, nothing from elsewhere, no boxes."""

import builtins
import io
import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest

from facility_coverage.errors import SourceError, ToldWarning
from facility_coverage_maps import fonts
from facility_coverage_maps.paper import pdf_bytes, print_style, require_pango, write_pdf

PAGE = (
    "<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'><style>{}</style></head>"
    "<body><h1 class='running'>天河区覆盖报告</h1>{}</body></html>"
)


def page(body: str = "") -> str:
    return PAGE.format(print_style(), body)


def test_equal_pages_are_equal_files_with_text(tmp_path: Path) -> None:
    content = pdf_bytes(page("<p>步行15分钟</p>"))
    write_pdf(page("<p>步行15分钟</p>"), tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes() == content
    text = pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "天河区覆盖报告" in text
    assert "步行15分钟" in text
    assert "1 / 1" in text


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>secret</text></svg>")
    links = (secret.as_uri(), "http://127.0.0.1:9/x.png", "https://127.0.0.1/x.png")
    images = "".join(f"<img src='{link}' alt=''>" for link in links)
    style = f"<style>@import url('{links[1]}'); p {{ background: url({links[0]}) }}</style>"
    read = pypdf.PdfReader(io.BytesIO(pdf_bytes(page(images + style + "<p>here</p>"))))
    text = read.pages[0].extract_text()
    assert "here" in text
    assert "secret" not in text


def test_no_font_is_told_and_never_shown_as_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (str(tmp_path),))
    assert fonts.chinese_font() is None
    with pytest.raises(SourceError, match="apt install fonts-noto-cjk"):
        pdf_bytes(page())
    assert pdf_bytes("<p lang='en'>plain</p>").startswith(b"%PDF")


def test_a_letter_that_no_font_has_is_told() -> None:
    with pytest.warns(ToldWarning, match=r"^PDF: no font here has U\+10FFFD: shown") as heard:
        pdf_bytes(page("<p>\U0010fffd</p>"))
    (warning,) = (one.message for one in heard if isinstance(one.message, ToldWarning))
    assert warning.told("zh").startswith("PDF：本机没有字体含有U+10FFFD")


def test_the_best_font_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("simsun.ttc", "NotoSansCJK-Regular.ttc", "arial.ttf"):
        (tmp_path / name).touch()
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (str(tmp_path),))
    assert fonts.chinese_font() == tmp_path / "NotoSansCJK-Regular.ttc"
    assert "'Noto Sans CJK SC', " in fonts.css_family()


def test_a_missing_library_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert require_pango()
    known = builtins.__import__

    def without_pango(name: str, *rest: Any, **named: Any) -> Any:  # noqa: ANN401  (any module)
        if name == "weasyprint":
            msg = "cannot load library 'libpango-1.0-0'"
            raise OSError(msg)
        return known(name, *rest, **named)

    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(SourceError, match="apt install libpango"):
        require_pango()
