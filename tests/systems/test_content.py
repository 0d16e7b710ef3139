"""What a revision says: judged, compared and shown. No database."""

from dataclasses import replace

import pytest

from onboarding.systems import content, wizard
from onboarding.systems.content import ChosenScope, Content
from onboarding.systems.states import Step

GOOD = Content(
    name="Nordlys EPJ",
    application_type="web",
    tags=("epj",),
    machine_to_machine=True,
    user_login=True,
    redirect_uris=("https://epj.example/callback",),
    scopes=(ChosenScope("nhn:cp-api/access", "preselected"),),
)
EMPTY = Content(name="Nordlys EPJ")
FAULTS = [
    ({"application_type": ""}, Step.BASICS, "Velg applikasjonstype."),
    ({"tags": ()}, Step.BASICS, "Velg minst én merkelapp."),
    (
        {"machine_to_machine": False, "user_login": False, "redirect_uris": ()},
        Step.AUTHENTICATION,
        "Velg API-kall, brukerpålogging eller begge.",
    ),
    ({"redirect_uris": ()}, Step.AUTHENTICATION, "Brukerpålogging trenger minst én"),
    (
        {"user_login": False, "redirect_uris": (), "post_logout_uris": ("https://a.example/",)},
        Step.AUTHENTICATION,
        "Returadresser etter utlogging hører til brukerpålogging.",
    ),
    ({"application_type": "server"}, Step.AUTHENTICATION, "En tjener uten brukere"),
    ({"scopes": ()}, Step.SERVICES, "API-kall trenger minst ett scope."),
]


def test_nothing_is_wrong_with_a_whole_answer() -> None:
    assert content.problems(GOOD) == []


@pytest.mark.parametrize(("change", "step", "says"), FAULTS)
def test_each_fault_is_found_alone_and_names_its_step(
    change: dict[str, object], step: Step, says: str
) -> None:
    (problem,) = content.problems(replace(GOOD, **change))  # type: ignore[arg-type]  # a table

    assert problem.step == step
    assert str(problem.text).startswith(says)


def test_login_alone_needs_no_scope() -> None:
    assert content.problems(replace(GOOD, machine_to_machine=False, scopes=())) == []


def test_progress_tells_what_is_answered() -> None:
    rows = wizard.progress(replace(EMPTY, machine_to_machine=True), Step.SERVICES)

    assert [(row.step, row.state) for row in rows] == [
        (Step.BASICS, "none"),
        (Step.AUTHENTICATION, "ok"),
        (Step.SERVICES, "you"),
        (Step.CHECK, "none"),
    ]


def test_the_way_through() -> None:
    assert [wizard.after(step) for step in Step] == [
        Step.AUTHENTICATION,
        Step.SERVICES,
        Step.CHECK,
        Step.CHECK,
    ]
    assert wizard.resume_at(EMPTY) == Step.BASICS
    assert wizard.resume_at(GOOD) == Step.CHECK


def test_changes_name_what_went_and_what_came() -> None:
    after = replace(
        GOOD,
        algorithm="ES384",
        redirect_uris=("https://epj.example/callback", "https://epj.example/other"),
        scopes=(ChosenScope("nhn:cp-api/access", "available"),),
    )

    assert [(item.label, item.removed, item.added) for item in content.changes(GOOD, after)] == [
        ("Returadresser", (), ("https://epj.example/other",)),
        ("Algoritme", ("PS256",), ("ES384",)),
        ("Forhåndsvalgt", ("nhn:cp-api/access",), ()),
        ("Tilgjengelig", (), ("nhn:cp-api/access",)),
    ]


def test_every_field_is_asked_on_one_step_and_shows_in_the_difference() -> None:
    asked = [name for step in Step if step != Step.CHECK for name in content.FIELDS[step]]

    assert sorted(asked) == sorted(Content.__dataclass_fields__)
    assert sorted(content.FIELDS[Step.CHECK]) == sorted(asked)


@pytest.mark.parametrize("step", [Step.BASICS, Step.AUTHENTICATION, Step.SERVICES])
def test_fingerprints_follow_the_answers_of_their_step_only(step: Step) -> None:
    changed = {
        Step.BASICS: replace(GOOD, name="Annet"),
        Step.AUTHENTICATION: replace(GOOD, algorithm="ES384"),
        Step.SERVICES: replace(GOOD, scopes=()),
    }

    moved = {other for other in Step if changed[step].fingerprint(other) != GOOD.fingerprint(other)}

    assert moved == {step, Step.CHECK}
