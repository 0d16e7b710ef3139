"""Every way a key can be refused has words of its own."""

import pytest

from onboarding.jose.checks import Check, Verdict
from onboarding.jose.sources import SOURCES
from onboarding.keys import advice

# Never refused: these are only noted.
NOTED = {"key.bias", "key.unknown_members"}
OURS = {"key.barred", "key.used_elsewhere", "key.retired", "key.kid_taken"}


def failed(code: str, found: str = "") -> Check:
    return Check(code, Verdict.FAILED, "", found, "")


def test_every_refusal_has_words() -> None:
    codes = {code for code in SOURCES if code.startswith(("key.", "pop."))}

    assert set(advice.WORDS) == (codes - NOTED) | OURS


@pytest.mark.parametrize("code", sorted(advice.WORDS))
def test_a_finding_says_what_to_do(code: str) -> None:
    [finding] = advice.findings([failed(code)])

    assert finding.code == code
    assert finding.fix.endswith(".")


@pytest.mark.parametrize(
    ("checks", "headline"),
    [
        ([failed("key.bits", "1024")], "Nøkkelen er for kort. Vi forventet RSA med minst 2048"),
        ([failed("key.bits", "[1] 1024")], "Nøkkelen er for kort."),
        ([failed("key.bits", "8192")], "Nøkkelen er for lang."),
        ([failed("key.roca")], "Nøkkelen har en kjent svakhet (roca)."),
        ([failed("key.used_elsewhere")], "Nøkkelen er allerede registrert et annet sted."),
        ([failed("key.bits", "1024"), failed("key.private")], "Dette er en privat nøkkel, og den"),
        ([failed("key.use")], "Nøkkelen kan ikke brukes."),
    ],
)
def test_the_gravest_thing_is_the_headline(checks: list[Check], headline: str) -> None:
    assert advice.headlines(checks, "Acme")[0].startswith(headline)


def test_a_note_is_said_once_for_a_whole_set() -> None:
    note = Check("key.bits", Verdict.NOTED, "3072 4096", "[0] 2048", "")

    assert advice.notes([note, note]) == [advice.rsa_2048()]


def test_of_a_private_key_only_that_is_said() -> None:
    [finding] = advice.findings([failed("key.bits", "1024"), failed("key.private", "(left out)")])

    assert (finding.code, finding.found) == ("key.private", "En privat nøkkel")
