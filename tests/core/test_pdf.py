"""Papers hold what was put on them, in everybody's letters, and are the same each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from onboarding.core.pdf import Paper
from tests.constants import NOON
from tests.papers import text_of

# Northern, Lule, Southern and Skolt Sámi, Kven, Norwegian; and the signs of our own texts.
LETTERS = "Áá Čč Đđ Ŋŋ Šš Ŧŧ Žž Ńń Ïï Öö Ææ Øø Åå Ää Ǯǯ Ʒʒ Ǥǥ Ǧǧ Ǩǩ Õõ «ja» – — … ’ § ("


def make(*, name: str = "Áilu Čáhci") -> Paper:
    paper = Paper("Kvittering", made_at=NOON, language="nb", foot="Kvittering 7")
    paper.heading("Godtatt av")
    paper.facts([("Navn", name), ("SHA-256", "ab" * 32)])
    return paper


@pytest.mark.parametrize("letters", LETTERS.split())
def test_every_letter_is_printed(letters: str) -> None:
    paper = make(name=f"{letters} slutt")

    assert f"{letters} slutt" in text_of(paper.octets())


def test_a_paper_holds_what_was_put_on_it() -> None:
    lines = text_of(make().octets()).splitlines()

    assert lines == [
        "Kvittering", "Godtatt av", "Navn", "Áilu Čáhci", "SHA-256", "ab" * 32, "Kvittering 7", "1",
    ]  # fmt: skip


def test_long_text_goes_over_pages_with_a_foot_on_each() -> None:
    paper = make()
    paper.paragraph("Et ord til. " * 1200)
    text = text_of(paper.octets())

    assert text.count("Kvittering 7") == paper.pages_count > 2
    assert " ".join(text.split()).count("Et ord til.") == pytest.approx(1200, abs=60)


def test_the_same_facts_make_the_same_octets() -> None:
    assert make().octets() == make().octets()
    assert make().octets() != make(name="Aila").octets()


def test_the_moment_is_the_one_that_was_given() -> None:
    other = Paper("Kvittering", made_at=NOON + timedelta(days=1), language="nb").octets()

    assert b"(D:20260605" in make().octets()
    assert b"(D:20260606" in other


def test_a_label_stands_beside_its_value_at_the_end_of_a_page_too() -> None:
    for millimetres in range(20, 60):
        paper = make()
        paper.set_y(paper.h - millimetres)
        paper.facts([("Tilstand", "Oppfylt")])
        assert paper.page_no() <= 2
        assert text_of(paper.octets()).count("Tilstand\nOppfylt") == 1, millimetres


def test_labels_of_two_lines_push_down_what_follows() -> None:
    paper = make()
    before = paper.get_y()
    paper.facts([("Returadresser etter utlogging i produksjon", "–")])
    after = paper.get_y()

    assert paper.octets()
    assert after - before > 2 * 5.5


def test_a_heading_does_not_stand_alone_at_the_end_of_a_page() -> None:
    paper = make()
    paper.set_y(paper.h - 40)
    paper.heading("Vedtak")

    assert text_of(paper.octets()).endswith("Vedtak\nKvittering 7\n2")
