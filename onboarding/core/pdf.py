"""Papers as PDF: headings, paragraphs and facts, in a font that has the letters of all Norwegians.

A paper made twice of the same facts is the same octets: nothing of the moment or the machine
goes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

_FONTS = settings.BASE_DIR / "static" / "vendor" / "noto-sans"
_SIDE, _LABEL, _GAP = 20, 36, 3  # millimetres: the margin, the column of labels, beside it
_LINE = 5.5
_TOGETHER = 25  # what a heading has below it on its page, at least
_QUIET = (90, 90, 90)


class Paper(FPDF):
    """An A4 paper under way. Add to it from top to bottom; `octets` ends it."""

    def __init__(self, title: str, *, made_at: datetime, language: str, foot: str = "") -> None:
        super().__init__(format="A4")
        self._foot = foot
        self.add_font("noto", "", _FONTS / "NotoSans-Regular.ttf")
        self.add_font("noto", "B", _FONTS / "NotoSans-SemiBold.ttf")
        self.set_margin(_SIDE)
        self.set_auto_page_break(auto=True, margin=25)
        self.set_title(title)
        self.set_lang(language)
        self.set_producer("Selvbetjening")
        self.set_creation_date(made_at)
        self.add_page()
        self._text(title, size=18, style="B", after=4)

    def footer(self) -> None:
        """What stands at the foot of each page; called by the library."""
        self.set_y(-18)
        self.set_font("noto", "", 8)
        self.set_text_color(_QUIET)
        self.cell(0, 5, self._foot)
        self.cell(0, 5, f"{self.page_no()}", align="R")
        self.set_text_color(0)

    def heading(self, text: str) -> None:
        self.ln(3)
        self.keep_together()
        self._text(text, size=12, style="B", after=1.5)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; line ends in it stay."""
        self._text(text, size=10, after=2)

    def keep_together(self) -> None:
        """Begin a page where what comes now would stand alone at the end of this one."""
        if self.will_page_break(_TOGETHER):
            self.add_page()

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add lines of label and value; a value without a place to break is broken anywhere.

        A label stands on the page on which its value begins.
        """
        for label, value in pairs:
            self.set_font("noto", "", 9)  # a SHA-256 fits on a line
            height = max(self._height(_LABEL, label), self._height(self._width, value))
            if self.will_page_break(min(height, _TOGETHER)):
                self.add_page()
            top, page = self.get_y(), self.page_no()
            self.set_text_color(_QUIET)
            self.multi_cell(_LABEL, _LINE, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_text_color(0)
            self.set_xy(_SIDE + _LABEL + _GAP, top)
            self.multi_cell(0, _LINE, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            if self.page_no() == page:
                self.set_y(top + height)
        self.ln(2)

    def octets(self) -> bytes:
        """Return the finished file."""
        return bytes(self.output())

    @property
    def _width(self) -> float:
        """How wide the column of values is."""
        return self.epw - _LABEL - _GAP

    def _height(self, width: float, text: str) -> float:
        said = self.multi_cell(
            width, _LINE, text, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return cast(float, said)

    def _text(self, text: str, *, size: float, style: str = "", after: float) -> None:
        self.set_font("noto", style, size)
        self.multi_cell(0, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)
