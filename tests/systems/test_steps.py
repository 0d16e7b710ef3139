"""A draft is filled in on pages: each step saves, and one comes back to where one left."""

from __future__ import annotations

import pytest
from django.test import Client

from onboarding.accounts.models import User
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.systems import queries, services
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Selection, Step
from tests.constants import NOON
from tests.factories import make_api, make_organization, make_scope, make_user
from tests.systems.making import (
    AUTHENTICATION,
    BASICS,
    begin,
    draft,
    fill,
    list_url,
    publish,
    url,
)


@pytest.fixture
def system(alice: User, acme: Organization) -> ClientSystem:
    return begin(alice, acme)


def seen(system: ClientSystem, step: Step) -> dict[str, str]:
    return {"seen": queries.content(draft(system)).fingerprint(step)}


def test_from_a_name_to_a_published_version(
    client: Client, alice: User, acme: Organization
) -> None:
    scope = make_scope(make_api(name="Adresseregisteret"), needs_approval=True)
    client.force_login(alice)

    answer = client.post(list_url("systems:new", acme), {"name": "Nordlys EPJ"})
    system = ClientSystem.objects.get()
    assert answer["Location"] == url("systems:basics", system)
    answer = client.post(answer["Location"], BASICS | seen(system, Step.BASICS))
    assert answer["Location"] == url("systems:authentication", system)
    answer = client.post(answer["Location"], AUTHENTICATION | seen(system, Step.AUTHENTICATION))
    assert answer["Location"] == url("systems:services", system)
    assert "Adresseregisteret" in client.get(answer["Location"]).content.decode()
    chosen = {f"scope-{scope.pk}": "preselected"}
    answer = client.post(answer["Location"], chosen | seen(system, Step.SERVICES))
    assert answer["Location"] == url("systems:check", system)
    assert "Publiser versjon 1 i test" in client.get(answer["Location"]).content.decode()
    answer = client.post(answer["Location"], seen(system, Step.CHECK))

    assert answer["Location"] == url("system", system)
    system.refresh_from_db()
    assert system.current
    assert system.current.number == 1
    said = queries.content(system.current)
    assert said.tags == ("epj", "lab")
    assert said.scopes == ((scope.name, "preselected"),)
    assert (
        "Nordlys EPJ, versjon 1, er publisert." in client.get(answer["Location"]).content.decode()
    )


@pytest.mark.parametrize(
    ("missing", "page"),
    [
        ("basics", "systems:basics"),
        ("authentication", "systems:authentication"),
        ("services", "systems:services"),
        ("", "systems:check"),
    ],
)
def test_coming_back_leads_to_what_is_missing(
    client: Client, alice: User, system: ClientSystem, missing: str, page: str
) -> None:
    fill(system, actor_for(alice))
    left = draft(system)
    if missing == "basics":
        left.tags.all().delete()
    if missing == "authentication":
        Revision.objects.filter(pk=left.pk).update(machine_to_machine=False)
    if missing == "services":
        left.scopes.all().delete()
    client.force_login(alice)

    assert client.get(url("systems:draft", system))["Location"] == url(page, system)


def test_a_change_from_the_last_page_leads_back_to_it(
    client: Client, alice: User, system: ClientSystem
) -> None:
    fill(system, actor_for(alice))
    client.force_login(alice)

    answer = client.post(
        f"{url('systems:basics', system)}?to=check", BASICS | seen(system, Step.BASICS)
    )

    assert answer["Location"] == url("systems:check", system)


def test_the_page_shows_what_was_saved(client: Client, alice: User, system: ClientSystem) -> None:
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=False,
        user_login=True,
        redirect_uris=["https://epj.example/a", "http://localhost:1337/callback"],
        by=actor_for(alice),
        at=NOON,
    )
    client.force_login(alice)

    page = client.get(url("systems:authentication", system)).content.decode()

    assert "https://epj.example/a\nhttp://localhost:1337/callback</textarea>" in page


@pytest.mark.parametrize(
    ("step", "data", "says"),
    [
        ("basics", {}, "Forventet et svar. Feltet er tomt."),
        ("basics", BASICS | {"name": ""}, "Forventet et svar. Feltet er tomt."),
        ("basics", BASICS | {"name": "x" * 101}, "100"),
        ("basics", BASICS | {"name": "EPJ\u202egnp"}, "U+202E"),
        ("basics", BASICS | {"application_type": "toaster"}, "toaster"),
        ("basics", BASICS | {"tags": []}, "Forventet minst én merkelapp. Ingen er valgt."),
        ("authentication", AUTHENTICATION | {"algorithm": "HS256"}, "HS256"),
        ("authentication", AUTHENTICATION | {"algorithm": "none"}, "none"),
        (
            "authentication",
            AUTHENTICATION | {"redirect_uris": "javascript:alert(1)"},
            "Adresse nummer 1: Forventet https://. Fant javascript:.",
        ),
        (
            "authentication",
            AUTHENTICATION | {"redirect_uris": "https://a.example\nhttp://b.example"},
            "Adresse nummer 2: Forventet https://. Fant http://.",
        ),
        (
            "authentication",
            AUTHENTICATION | {"refresh_tokens": "on"},
            "Refresh-token krever brukerpålogging.",
        ),
    ],
)
def test_bad_answers_are_shown_again_and_change_nothing(
    client: Client,
    alice: User,
    system: ClientSystem,
    step: str,
    data: dict[str, object],
    says: str,
) -> None:
    client.force_login(alice)
    before = queries.content(draft(system))

    answer = client.post(url(f"systems:{step}", system), data | seen(system, Step(step)))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert says in page
    assert "ds-error-summary" in page
    assert queries.content(draft(system)) == before


def test_what_was_typed_is_kept(client: Client, alice: User, system: ClientSystem) -> None:
    client.force_login(alice)
    typed = AUTHENTICATION | {"redirect_uris": "http://b.example/<script>"}

    answer = client.post(
        url("systems:authentication", system), typed | seen(system, Step.AUTHENTICATION)
    )

    assert "http://b.example/&lt;script&gt;</textarea>" in answer.content.decode()


def test_a_double_address_is_kept_once(client: Client, alice: User, system: ClientSystem) -> None:
    client.force_login(alice)
    lines = "https://a.example/cb\r\n\r\n https://a.example/cb \r\nhttps://b.example/cb"

    client.post(
        url("systems:authentication", system),
        AUTHENTICATION
        | {"user_login": "on", "redirect_uris": lines}
        | seen(system, Step.AUTHENTICATION),
    )

    said = queries.content(draft(system))
    assert said.redirect_uris == ("https://a.example/cb", "https://b.example/cb")


def test_a_search_keeps_what_is_chosen(client: Client, alice: User, system: ClientSystem) -> None:
    mine, other = make_scope(make_api(name="Resept")), make_scope(make_api(name="Kjernejournal"))
    client.force_login(alice)

    answer = client.post(
        url("systems:services", system),
        {f"scope-{mine.pk}": "available", "q": "kjerne", "find": "1"} | seen(system, Step.SERVICES),
    )
    page = client.get(answer["Location"]).content.decode()

    assert answer["Location"].endswith("?q=kjerne")
    assert queries.content(draft(system)).scopes == ((mine.name, Selection.AVAILABLE),)
    assert mine.name in page
    assert other.name in page


def test_a_search_hides_what_does_not_fit(
    client: Client, alice: User, system: ClientSystem
) -> None:
    make_scope(make_api(name="Resept"))
    client.force_login(alice)

    page = client.get(url("systems:services", system), {"q": "kjerne"}).content.decode()

    assert "Ingen API-er passer til «kjerne»" in page


def test_choices_that_were_not_on_the_page_stay(
    client: Client, alice: User, system: ClientSystem
) -> None:
    fill(system, actor_for(alice))
    before = queries.content(draft(system)).scopes
    client.force_login(alice)

    client.post(url("systems:services", system), seen(system, Step.SERVICES))

    assert queries.content(draft(system)).scopes == before


def test_without_any_api_the_page_says_what_to_do(
    client: Client, alice: User, system: ClientSystem, acme: Organization
) -> None:
    client.force_login(alice)

    page = client.get(url("systems:services", system)).content.decode()

    assert "Ingen tilbyr et API i dette miljøet ennå" in page
    assert list_url("apis:new", acme) in page


def test_apis_of_production_are_not_offered_in_test(
    client: Client, alice: User, system: ClientSystem
) -> None:
    make_scope(make_api(name="Bare i produksjon", environment="production"))
    client.force_login(alice)

    page = client.get(url("systems:services", system)).content.decode()

    assert "Bare i produksjon" not in page


def test_the_last_page_shows_all_that_is_wrong_together(
    client: Client, alice: User, system: ClientSystem
) -> None:
    services.save_basics(
        system_id=system.pk,
        name="Nordlys",
        application_type="server",
        tags=["epj"],
        by=actor_for(alice),
        at=NOON,
    )
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=True,
        by=actor_for(alice),
        at=NOON,
    )
    client.force_login(alice)

    page = client.get(url("systems:check", system)).content.decode()
    answer = client.post(url("systems:check", system), seen(system, Step.CHECK))

    assert "Tre ting må på plass før du kan publisere" in page
    assert "Brukerpålogging trenger minst én returadresse." in page
    assert "En tjener uten brukere kan ikke ha brukerpålogging." in page
    assert "API-kall trenger minst ett scope." in page
    assert "Publiser versjon" not in page
    assert answer.status_code == 422
    system.refresh_from_db()
    assert system.current is None


def test_who_saves_second_sees_what_the_first_saved(
    client: Client, alice: User, system: ClientSystem, acme: Organization
) -> None:
    petter = make_user("petter", organization=acme)
    opened = seen(system, Step.BASICS)
    services.save_basics(
        system_id=system.pk,
        name="Petters navn",
        application_type="web",
        tags=["lab"],
        by=actor_for(petter),
        at=NOON,
    )
    client.force_login(alice)

    answer = client.post(url("systems:basics", system), BASICS | {"name": "Mitt navn"} | opened)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Petter lagret kladden mens du skrev" in page
    assert "<del>Petters navn</del>" in page
    assert "<ins>Mitt navn</ins>" in page
    assert 'value="Mitt navn"' in page
    assert draft(system).name == "Petters navn"
    fresh = seen(system, Step.BASICS)
    assert f'value="{fresh["seen"]}"' in page
    again = client.post(url("systems:basics", system), BASICS | {"name": "Mitt navn"} | fresh)
    assert again.status_code == 302
    assert draft(system).name == "Mitt navn"


def test_who_saves_scopes_second_sees_the_difference(
    client: Client, alice: User, system: ClientSystem
) -> None:
    scope = make_scope(make_api(), "acme:x/read")
    opened = seen(system, Step.SERVICES)
    services.save_services(
        system_id=system.pk,
        selections={scope.pk: Selection.AVAILABLE},
        by=actor_for(alice),
        at=NOON,
    )
    client.force_login(alice)

    answer = client.post(
        url("systems:services", system), {f"scope-{scope.pk}": "preselected"} | opened
    )

    assert answer.status_code == 409
    assert "<ins><code>acme:x/read</code></ins>" in answer.content.decode()
    assert queries.content(draft(system)).scopes == (("acme:x/read", "available"),)


def test_steps_of_one_page_do_not_disturb_another(
    client: Client, alice: User, system: ClientSystem
) -> None:
    opened = seen(system, Step.BASICS)
    services.save_authentication(
        system_id=system.pk, machine_to_machine=True, user_login=False, by=actor_for(alice), at=NOON
    )
    client.force_login(alice)

    answer = client.post(url("systems:basics", system), BASICS | opened)

    assert answer.status_code == 302


def test_what_changed_is_not_published_unseen(
    client: Client, alice: User, system: ClientSystem
) -> None:
    fill(system, actor_for(alice))
    opened = seen(system, Step.CHECK)
    services.save_authentication(
        system_id=system.pk,
        machine_to_machine=True,
        user_login=False,
        algorithm="RS256",
        by=actor_for(alice),
        at=NOON,
    )
    client.force_login(alice)

    answer = client.post(url("systems:check", system), opened)

    assert answer.status_code == 409
    assert "Kladden er endret etter at du åpnet siden." in answer.content.decode()
    assert draft(system).is_draft


def test_a_published_system_has_no_steps(client: Client, alice: User, acme: Organization) -> None:
    system = publish(alice, acme)
    client.force_login(alice)

    answer = client.get(url("systems:basics", system))

    assert answer.status_code == 409
    assert "Klientsystemet har ingen kladd nå." in answer.content.decode()


def test_scopes_of_others_can_be_chosen_whoever_owns_the_api(
    client: Client, alice: User, system: ClientSystem
) -> None:
    scope = make_scope(make_api(make_organization("Helsenettdrift")))
    client.force_login(alice)

    page = client.get(url("systems:services", system)).content.decode()

    assert "Helsenettdrift" in page
    assert scope.name in page
