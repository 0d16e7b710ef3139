"""Without approval and terms in order, no way in changes production.

Services, the API of clients, and automation keys; pages are in tests/portal/test_brakes.py.

Each act is tried with nothing in the way and with every reason to brake, so that no row can pass
for another reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from onboarding.apis.models import Scope
from onboarding.clients.models import ClientConfiguration, ClientDraft
from onboarding.clients.services import configurations
from onboarding.clients.states import Access, Answer, KeyWay, Status
from onboarding.keys import services as keys
from onboarding.keys.models import BarredThumbprint, Key
from onboarding.keys.states import Origin
from onboarding.selfservice.asking import for_customers
from onboarding.selfservice.content import Content
from onboarding.selfservice.queries.drafts import shown
from onboarding.selfservice.services import drafts, fleet
from onboarding.suppliers.actors import Actor
from onboarding.suppliers.models import Organization, Supplier
from onboarding.suppliers.queries import actor_for
from onboarding.suppliers.rules.terms import Braked
from onboarding.suppliers.states import Role, SupplierState
from onboarding.systems.models import AutomationKey, ClientSystem
from onboarding.systems.services import make_key, make_package
from onboarding.systems.states import ApplicationType, Selection
from tests import factories
from tests.constants import NOON
from tests.keys.conftest import recipient
from tests.machines import private_jwk
from tests.selfservice.software import OWN, Own, Software, own_client, problem, public_of
from tests.suppliers.making import make_acceptance, make_supplier, make_terms

BASE = "/production/api/v1/"
PRODUCTION = "production"
REASONS = ("suspended", "ended", "terms")
REFUSED = (409, [("api.production", "")])

pytestmark = pytest.mark.django_db


class World:
    """A supplier and a customer in production, which is a supplier as well, and one who acts."""

    def __init__(self) -> None:
        self.supplier = factories.make_organization("Fyrlykta Journal AS", is_synthetic=False)
        self.customer = factories.make_organization("Solbakken", is_synthetic=False)
        self.person = factories.make_user("tora")
        for organization in (self.supplier, self.customer):
            factories.make_membership(
                self.person, organization, role=Role.ADMIN, environment=PRODUCTION
            )
            make_supplier(organization)
        owner = factories.make_organization("Helsenettdrift")
        self.scopes = [self._scope(owner, OWN), self._scope(owner, "nhn:cp-api/access")]
        self.system = factories.make_system(
            self.supplier,
            environment=PRODUCTION,
            scopes=dict.fromkeys(self.scopes, Selection.PRESELECTED),
            application_type=ApplicationType.INSTALLED,
            by=self.person,
        )

    @staticmethod
    def _scope(owner: Organization, name: str) -> Scope:
        api = factories.make_api(owner, short_name=name.partition("/")[0], environment=PRODUCTION)
        return factories.make_scope(api, name, environment=PRODUCTION)

    @property
    def by(self) -> Actor:
        return actor_for(self.person)

    def client(self, status: Status = Status.ACTIVE) -> ClientConfiguration:
        granted = dict.fromkeys(self.scopes, Access.OK)
        return factories.make_client(
            self.customer, system=self.system, scopes=granted, status=status, by=self.person
        )

    def draft(self, step: str = "scopes") -> ClientConfiguration:
        client = self.client(Status.DRAFT)
        client.step = step
        client.save(update_fields=["step"])
        return client

    def software(self) -> Software:
        return Software(self.system, self.customer)

    def own(self) -> Own:
        return own_client(self.client())


@pytest.fixture
def world(settings: Any) -> World:
    settings.OPEN_ENVIRONMENTS = frozenset({"test", PRODUCTION})
    return World()


def brake(organization: Organization, why: str) -> None:
    """Let one thing be wrong with an approved supplier; with "" nothing is."""
    if why == "terms":
        make_terms(version="3.1")
    elif why:
        Supplier.objects.filter(organization=organization).update(state=SupplierState(why))


def public(which: int) -> str:
    return json.dumps(public_of(private_jwk("ES256", which)))


# --- what a person's page calls, and whoever else calls it


def begin(world: World) -> object:
    return lambda: configurations.begin(
        environment=PRODUCTION, organization_id=world.customer.pk, by=world.by, at=NOON
    )


def choose_organization(world: World) -> object:
    """From an organisation that may to one that may not."""
    other = factories.make_organization("Annen", is_synthetic=False)
    factories.make_membership(world.person, other, role=Role.ADMIN, environment=PRODUCTION)
    client = configurations.begin(
        environment=PRODUCTION, organization_id=other.pk, by=world.by, at=NOON
    )
    return lambda: configurations.choose_organization(
        client_id=client.pk, organization_id=world.customer.pk, by=world.by, at=NOON
    )


def choose_system(world: World) -> object:
    pk = world.draft().pk
    return lambda: configurations.choose_system(
        client_id=pk, system_id=world.system.pk, by=world.by, at=NOON
    )


def choose_scopes(world: World) -> object:
    pk, wanted = world.draft().pk, [world.scopes[0].pk]
    return lambda: configurations.choose_scopes(
        client_id=pk, scope_ids=wanted, by=world.by, at=NOON
    )


def fill_claims(world: World) -> object:
    pk = world.draft().pk
    return lambda: configurations.fill_claims(client_id=pk, values={}, by=world.by, at=NOON)


def choose_key(world: World) -> object:
    pk = world.draft().pk
    return lambda: configurations.choose_key(
        client_id=pk, way=KeyWay.UPLOAD, kind="ES256", by=world.by, at=NOON
    )


def finish(world: World) -> object:
    client = world.draft("key")
    factories.make_key(client)
    return lambda: keys.finish_setup(client_id=client.pk, recipient=None, by=world.by, at=NOON)


def resume(world: World) -> object:
    pk = world.client(Status.STOPPED).pk
    return lambda: configurations.resume(client_id=pk, by=world.by, at=NOON)


def register(world: World) -> object:
    pk = world.client().pk
    return lambda: keys.register(
        client_id=pk,
        text=public(701),
        alg=None,
        origin=Origin.UPLOAD,
        lifetime_days=30,
        by=world.by,
        at=NOON,
    )


def plan_making(world: World) -> object:
    pk = world.draft().pk
    return lambda: keys.plan_making(
        client_id=pk, kind="ES256", lifetime_days=365, by=world.by, at=NOON
    )


def request_making(world: World) -> object:
    pk = world.client().pk
    return lambda: keys.request_making(
        client_id=pk,
        kind="ES256",
        recipient=recipient()[0],
        lifetime_days=30,
        by=world.by,
        at=NOON,
    )


def begin_from_package(world: World) -> object:
    package = factories.make_package(world.system, scopes=world.scopes)
    return lambda: keys.begin_from_package(
        package_id=package.pk, organization_id=world.customer.pk, by=world.by, at=NOON
    )


def confirm(world: World) -> object:
    draft = ClientDraft.objects.get(pk=_draft(world).pk)
    seen = shown(draft).fingerprint
    return lambda: drafts.answer(Answer.CONFIRM, draft_id=draft.pk, seen=seen, by=world.by, at=NOON)


def _draft(world: World) -> ClientDraft:
    key = _loaded(world.software().key)
    return drafts.create(_asked(world, 702), key=key, at=NOON)


def _asked(world: World, which: int) -> drafts.Asked:
    content = Content((), (), (), (), ())
    return drafts.Asked(world.customer.number, public(which), content, "")


def _loaded(key: AutomationKey) -> AutomationKey:
    related = ("system__current", "system__organization")
    return AutomationKey.objects.select_related(*related).get(pk=key.pk)


BY_CUSTOMERS: list[Callable[[World], Any]] = [
    *(begin, choose_organization, choose_system, choose_scopes, fill_claims, choose_key, finish),
    *(resume, register, plan_making, request_making, begin_from_package, confirm),
]


@pytest.mark.parametrize("prepare", BY_CUSTOMERS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("why", ["", *REASONS])
def test_the_services_of_a_customer(prepare: Callable[[World], Any], why: str) -> None:
    world = World()
    act = prepare(world)
    brake(world.customer, why)

    if why:
        with pytest.raises(Braked):
            act()
    else:
        act()


@pytest.mark.parametrize("prepare", [finish, confirm], ids=lambda act: act.__name__)
@pytest.mark.parametrize("why", ["suspended", "ended"])
def test_nothing_of_a_supplier_without_approval_is_taken_into_use(
    prepare: Callable[[World], Any], why: str
) -> None:
    world = World()
    act = prepare(world)
    brake(world.supplier, why)

    with pytest.raises(Braked, match="Fyrlykta Journal AS, som leverer fagsystemet"):
        act()


def make_automation_key(world: World) -> object:
    return lambda: make_key(system_id=world.system.pk, name="CI", by=world.by, at=NOON)


def make_a_package(world: World) -> object:
    wanted = [scope.pk for scope in world.scopes]
    return lambda: make_package(
        system_id=world.system.pk, name="Alt", scope_ids=wanted, by=world.by, at=NOON
    )


@pytest.mark.parametrize(
    "prepare", [make_automation_key, make_a_package], ids=lambda act: act.__name__
)
@pytest.mark.parametrize("why", ["", *REASONS])
def test_the_services_of_a_supplier(prepare: Callable[[World], Any], why: str) -> None:
    world = World()
    act = prepare(world)
    brake(world.supplier, why)

    if why:
        with pytest.raises(Braked):
            act()
    else:
        act()


# --- automation keys


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
@pytest.mark.parametrize("why", ["", *REASONS])
def test_an_automation_key_makes_no_drafts(world: World, why: str, query: str) -> None:
    software = world.software()
    brake(world.supplier, why)

    answer = software.post(base=BASE, query=query)

    if why:
        assert problem(answer) == REFUSED
        assert ClientDraft.objects.count() == 0
    else:
        assert answer.status_code == 200


def test_the_answer_says_what_is_missing_of_whom(world: World) -> None:
    software = world.software()
    brake(world.supplier, "terms")

    found = json.loads(software.post(base=BASE).content)

    assert found["type"].endswith("/help/errors/api.production")
    assert f"Fyrlykta Journal AS ({world.supplier.number})" in found["detail"]
    assert "version 3.1" in found["detail"]


@pytest.mark.parametrize("why", ["", *REASONS])
def test_a_file_of_customers_says_so_of_each(world: World, why: str) -> None:
    key = _loaded(world.software().key)
    brake(world.supplier, why)
    rows = [{"organizationNumber": world.customer.number, "publicJwk": public(703)}]

    for act in (fleet.plan, fleet.apply):
        [line] = act(for_customers(rows), key=key, at=NOON)
        assert (line.state == fleet.State.FAULTY) is bool(why)
    assert ClientDraft.objects.exists() is not bool(why)


def test_a_private_key_is_barred_though_the_draft_is_braked(world: World) -> None:
    software = world.software()
    brake(world.supplier, "suspended")
    body = software.body(publicJwk=json.dumps(private_jwk("ES256", 704)))

    answer = software.post(body, base=BASE, headers={"Idempotency-Key": "one"})

    assert problem(answer) == REFUSED
    assert BarredThumbprint.objects.exists()


# --- clients that look after themselves


WRITES: list[tuple[str, str, Callable[[], Any]]] = [
    ("PUT", "client", lambda: {"apiScopes": [OWN]}),
    ("PUT", "client?dry_run=true", lambda: {"apiScopes": [OWN]}),
    ("PATCH", "client", lambda: {"apiScopes": [OWN]}),
    ("POST", "client-secret", lambda: public(705)),
    ("POST", "client-secret?dry_run=true", lambda: public(706)),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), WRITES, ids=[row[0] + row[1] for row in WRITES]
)
@pytest.mark.parametrize("whose", ["customer", "supplier"])
@pytest.mark.parametrize("why", ["", *REASONS])
def test_a_client_changes_nothing_of_itself(
    world: World, why: str, whose: str, method: str, path: str, body: Callable[[], Any]
) -> None:
    own = world.own()
    if why == "terms":
        terms = make_terms()
        other = world.supplier if whose == "customer" else world.customer
        make_acceptance(other, terms, world.person)
    else:
        brake(getattr(world, whose), why)
    before = Key.objects.count()

    answer = own.call(method, path, body(), base=BASE)

    if why:
        assert problem(answer) == REFUSED
        assert Key.objects.count() == before
        assert ClientConfiguration.objects.get().scopes.count() == 2
    else:
        assert answer.status_code == 200, answer.content


def test_what_reads_stops_or_takes_back_goes_on(world: World) -> None:
    own = world.own()
    client = ClientConfiguration.objects.get()
    brake(world.customer, "suspended")
    brake(world.supplier, "terms")

    assert own.call("GET", "client", base=BASE).status_code == 200
    assert own.call("GET", "client-secret", base=BASE).status_code == 200
    configurations.stop(client_id=client.pk, by=world.by, at=NOON)
    keys.revoke(key_id=Key.objects.get().pk, by=world.by, at=NOON)
    configurations.discard(client_id=world.draft().pk, by=world.by, at=NOON)


def test_a_draft_can_be_declined_all_the_same(world: World) -> None:
    draft = _draft(world)
    brake(world.customer, "suspended")

    drafts.answer(
        Answer.DECLINE,
        draft_id=draft.pk,
        seen=shown(draft).fingerprint,
        by=world.by,
        at=NOON,
    )


def test_a_private_key_is_barred_though_the_client_is_braked(world: World) -> None:
    own = world.own()
    brake(world.supplier, "suspended")

    answer = own.call("POST", "client-secret", json.dumps(private_jwk("ES256", 707)), base=BASE)

    assert problem(answer) == REFUSED
    assert BarredThumbprint.objects.exists()


def test_an_organisation_that_never_applied_uses_what_others_supply(world: World) -> None:
    customer = factories.make_organization("Fjordbyen", is_synthetic=False)
    factories.make_membership(world.person, customer, role=Role.ADMIN, environment=PRODUCTION)
    make_terms()

    configurations.begin(environment=PRODUCTION, organization_id=customer.pk, by=world.by, at=NOON)


def test_test_is_not_concerned(own: Own, system: ClientSystem) -> None:
    make_supplier(system.organization, SupplierState.SUSPENDED)
    make_terms()

    assert own.call("PATCH", "client", {"apiScopes": [OWN]}).status_code == 200
