"""The verbs of a client configuration, from the first draft to stopping it."""

from uuid import UUID

import pytest

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.clients.models import ClientConfiguration
from onboarding.clients.services import configurations as services
from onboarding.clients.states import Access, KeyWay, Status
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.states import Role
from onboarding.systems.models import ClientSystem
from onboarding.systems.states import Selection
from tests.constants import NOON
from tests.factories import (
    make_claim,
    make_client,
    make_membership,
    make_organization,
    make_revision,
    make_scope,
    make_system,
)


@pytest.fixture
def by(alice: User) -> Actor:
    return actor_for(alice)


def begin(acme: Organization, by: Actor) -> ClientConfiguration:
    return services.begin(environment="test", organization_id=acme.pk, by=by, at=NOON)


def filled_in(
    acme: Organization, system: ClientSystem, by: Actor, *scopes: str
) -> ClientConfiguration:
    client = begin(acme, by)
    services.choose_organization(client_id=client.pk, organization_id=acme.pk, by=by, at=NOON)
    services.choose_system(client_id=client.pk, system_id=system.pk, by=by, at=NOON)
    return services.choose_scopes(
        client_id=client.pk, scope_ids=scope_ids(system, *scopes), by=by, at=NOON
    )


def scope_ids(system: ClientSystem, *names: str) -> list[UUID]:
    assert system.current is not None
    rows = system.current.scopes.filter(scope__name__in=names)
    return list(rows.values_list("scope", flat=True))


def kinds() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("kind", flat=True))


def test_a_draft_is_begun_for_the_organisation_represented(acme: Organization, by: Actor) -> None:
    client = begin(acme, by)

    assert (client.status, client.step) == (Status.DRAFT, "")
    assert (client.organization, client.created_for) == (acme, acme)
    assert kinds() == ["client.begun"]


def test_readers_begin_nothing(acme: Organization, bob: User) -> None:
    with pytest.raises(NotPermitted):
        begin(acme, actor_for(bob))

    assert not ClientConfiguration.objects.exists()
    assert not Event.objects.exists()


def test_the_organisation_can_be_another_one_that_the_actor_writes_for(
    acme: Organization, alice: User
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other, role=Role.WRITER)
    client = begin(acme, actor_for(alice))

    services.choose_organization(
        client_id=client.pk, organization_id=other.pk, by=actor_for(alice), at=NOON
    )

    client.refresh_from_db()
    assert (client.organization, client.created_for, client.step) == (other, acme, "organization")


def test_the_organisation_cannot_be_one_that_the_actor_only_reads(
    acme: Organization, alice: User
) -> None:
    other = make_organization("Fjordbyen legekontor")
    make_membership(alice, other, role=Role.READER)
    client = begin(acme, actor_for(alice))

    with pytest.raises(NotPermitted):
        services.choose_organization(
            client_id=client.pk, organization_id=other.pk, by=actor_for(alice), at=NOON
        )

    client.refresh_from_db()
    assert (client.organization, client.step) == (acme, "")


def test_the_newest_version_of_a_client_system_is_taken(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    newest = make_revision(system, number=2)
    client = begin(acme, by)

    chosen = services.choose_system(client_id=client.pk, system_id=system.pk, by=by, at=NOON)

    assert (chosen.revision, chosen.name, chosen.step) == (newest, "Acme EPJ", "system")


@pytest.mark.parametrize("kind", ["unpublished", "of production"])
def test_a_client_system_that_is_not_offered_here_is_refused(
    acme: Organization, by: Actor, kind: str
) -> None:
    system = (
        make_system(acme, published=False)
        if kind == "unpublished"
        else make_system(acme, environment="production")
    )
    client = begin(acme, by)

    with pytest.raises(Invalid, match="finnes ikke i dette miljøet"):
        services.choose_system(client_id=client.pk, system_id=system.pk, by=by, at=NOON)


def test_another_client_system_takes_the_scopes_it_lacks_away(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access", "strict/access")
    free = client.scopes.get(scope__name="free/access").scope
    other = make_system(acme, scopes={free: Selection.AVAILABLE}, name="Annet")

    services.choose_system(client_id=client.pk, system_id=other.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert [row.scope for row in client.scopes.all()] == [free]
    assert client.step == "system"


def test_the_same_client_system_once_more_changes_nothing(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")

    services.choose_system(client_id=client.pk, system_id=system.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert (client.scopes.count(), client.step) == (1, "claims")


def test_scopes_that_the_client_system_does_not_offer_are_refused(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")

    with pytest.raises(Invalid, match="tilbys ikke"):
        services.choose_scopes(client_id=client.pk, scope_ids=[make_scope().pk], by=by, at=NOON)

    assert [row.scope.name for row in client.scopes.all()] == ["free/access"]


def test_no_scope_at_all_is_refused_where_some_are_offered(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")

    with pytest.raises(Invalid, match="minst ett scope"):
        services.choose_scopes(client_id=client.pk, scope_ids=[], by=by, at=NOON)


def test_no_scope_is_fine_where_none_is_offered(acme: Organization, by: Actor) -> None:
    client = filled_in(acme, make_system(acme), by)

    assert client.step == "claims"


def test_scopes_say_at_once_whose_turn_it_would_be(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access", "strict/access")

    assert dict(client.scopes.values_list("scope__name", "access")) == {
        "free/access": Access.OK,
        "strict/access": Access.PENDING,
    }


def test_claims_wait_only_for_apis_that_want_some(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    assert filled_in(acme, system, by, "free/access").step == "claims"
    assert filled_in(acme, system, by, "strict/access").step == "scopes"


def test_a_required_claim_must_be_filled_in(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "strict/access")

    with pytest.raises(Invalid, match="Fyll ut HER-id"):
        services.fill_claims(client_id=client.pk, values={}, by=by, at=NOON)

    assert client.claims.count() == 0


def test_claims_are_filled_in_and_emptied(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "strict/access")
    api = client.scopes.get().scope.api
    required, optional = api.claims.get(), make_claim(api, "vkp-id", is_required=False)
    values = {required.pk: "8140227", optional.pk: "acme-test"}

    services.fill_claims(client_id=client.pk, values=values, by=by, at=NOON)
    services.fill_claims(
        client_id=client.pk, values={required.pk: "8140228", optional.pk: ""}, by=by, at=NOON
    )

    assert list(client.claims.values_list("value", flat=True)) == ["8140228"]


def test_an_api_added_later_asks_for_its_claims_again(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")
    services.choose_key(client_id=client.pk, way=KeyWay.BROWSER, kind="ES384", by=by, at=NOON)

    services.choose_scopes(
        client_id=client.pk,
        scope_ids=scope_ids(system, "free/access", "strict/access"),
        by=by,
        at=NOON,
    )

    client.refresh_from_db()
    assert client.step == "scopes"


def test_finishing_takes_the_client_into_use(
    acme: Organization, system: ClientSystem, by: Actor, alice: User
) -> None:
    client = filled_in(acme, system, by, "free/access")

    services.finish(client_id=client.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert (client.status, client.name, client.step) == (Status.ACTIVE, "Acme EPJ", "check")
    assert (client.finished_at, client.finished_by) == (NOON, alice)
    assert kinds()[-1] == "client.finished"


def test_finishing_keeps_the_version_that_was_chosen(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")
    chosen = system.current
    make_revision(system, number=2)

    services.finish(client_id=client.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert client.revision == chosen


def test_finishing_works_out_again_what_needs_approval(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")
    scope = client.scopes.get().scope
    scope.needs_approval = True
    scope.save()

    services.finish(client_id=client.pk, by=by, at=NOON)

    assert client.scopes.get().access == Access.PENDING


@pytest.mark.parametrize("step", ["", "organization", "system"])
def test_finishing_too_early_is_refused(
    acme: Organization, system: ClientSystem, by: Actor, step: str
) -> None:
    client = make_client(acme, system=system, status=Status.DRAFT, step=step)

    with pytest.raises(Invalid, match="mangler svar"):
        services.finish(client_id=client.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert client.status == Status.DRAFT


def test_finishing_checks_claims_that_became_required_meanwhile(
    acme: Organization, system: ClientSystem, by: Actor
) -> None:
    client = filled_in(acme, system, by, "free/access")
    make_claim(client.scopes.get().scope.api, "ny", label="Ny opplysning")

    with pytest.raises(Invalid, match="Fyll ut Ny opplysning"):
        services.finish(client_id=client.pk, by=by, at=NOON)


def test_a_finished_client_is_not_filled_in_any_more(acme: Organization, by: Actor) -> None:
    client = make_client(acme)

    with pytest.raises(NotPossibleNow, match="«Aktiv»"):
        services.choose_system(client_id=client.pk, system_id=make_system(acme).pk, by=by, at=NOON)

    assert not Event.objects.exists()


def test_a_client_is_stopped_and_taken_back(acme: Organization, by: Actor) -> None:
    client = make_client(acme)

    services.stop(client_id=client.pk, by=by, at=NOON)
    client.refresh_from_db()
    stopped = client.status
    services.resume(client_id=client.pk, by=by, at=NOON)

    client.refresh_from_db()
    assert (stopped, client.status) == (Status.STOPPED, Status.ACTIVE)
    assert kinds() == ["client.stopped", "client.resumed"]


def test_a_discarded_draft_is_gone_for_everybody(acme: Organization, by: Actor, rita: User) -> None:
    client = begin(acme, by)
    visible = ClientConfiguration.objects.visible_to(actor_for(rita)).filter(pk=client.pk)
    assert visible.exists()

    services.discard(client_id=client.pk, by=by, at=NOON)

    assert not visible.exists()
    assert kinds() == ["client.begun", "client.discarded"]
