"""Papers as PDF: headings, paragraphs and facts, in a font that has the letters of all Norwegians.

A paper made twice of the same facts is the same octets: nothing of the moment or the machine
goes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import XPos, YPos

_FONTS = settings.BASE_DIR / "static" / "vendor" / "noto-sans"
_SIDE, _LABEL = 20, 36  # millimetres: the margin, and the column of labels
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
        self._text(text, size=12, style="B", after=1.5)

    def paragraph(self, text: str) -> None:
        """Add a paragraph; line ends in it stay."""
        self._text(text, size=10, after=2)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add lines of label and value; a value without a place to break is broken anywhere."""
        for label, value in pairs:
            self.set_font("noto", "", 9)  # a SHA-256 fits on a line
            self.set_text_color(_QUIET)
            top = self.get_y()
            self.multi_cell(_LABEL, 5.5, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_text_color(0)
            self.set_xy(_SIDE + _LABEL + 3, top)
            self.multi_cell(0, 5.5, value, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def octets(self) -> bytes:
        """Return the finished file."""
        return bytes(self.output())

    def _text(self, text: str, *, size: float, style: str = "", after: float) -> None:
        self.set_font("noto", style, size)
        self.multi_cell(0, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(after)
