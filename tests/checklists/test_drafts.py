"""Operators copy, edit, compare and publish versions; everybody reads them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from onboarding.accounts.models import User
from onboarding.audit.models import Event
from onboarding.checklists import queries
from onboarding.checklists.forms.items import initial_of
from onboarding.checklists.models import ChecklistVersion, Item
from onboarding.checklists.queries import versions
from onboarding.checklists.services import versions as services
from onboarding.core.refusals import Invalid, NotPermitted, NotPossibleNow
from onboarding.suppliers.queries import actor_for
from tests.checklists.making import first_version
from tests.constants import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(olav: User) -> ChecklistVersion:
    first_version()
    return services.begin_draft(by=actor_for(olav), at=NOON)


def item(draft: ChecklistVersion, key: str = "A03") -> Item:
    found = versions.item(draft, key)
    assert found
    return found


def changed(found: Item, **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (deepcopy(found.block) | changes).items() if value != ""}


def save(olav: User, found: Item, **changes: Any) -> Item:
    return services.save_item(
        block=changed(found, **changes),
        by=actor_for(olav),
        at=NOON,
        seen=services.fingerprint(found),
    )


def test_a_draft_begins_as_a_copy(draft: ChecklistVersion) -> None:
    assert (draft.number, draft.is_draft, draft.items.count()) == (2, True, 48)
    assert versions.changes(draft) == []
    assert queries.current_version() == first_version()


def test_what_is_edited_is_compared_with_the_last(draft: ChecklistVersion, olav: User) -> None:
    new = changed(item(draft), id="A07", kind="reviewer", needs="")

    save(olav, item(draft), proof="rows with life_s > 60")
    services.save_item(block=new, by=actor_for(olav), at=NOON)
    services.remove_item(key="U05", by=actor_for(olav), at=NOON)

    found = {change.key: change for change in versions.changes(draft)}
    assert {key: change.kind for key, change in found.items()} == {
        "A03": "changed",
        "A07": "added",
        "U05": "removed",
    }
    before = "rows of T with life_s > 60, refused ones included"
    assert found["A03"].fields == [("proof", before, "rows with life_s > 60")]


def test_a_published_draft_is_the_current_version(draft: ChecklistVersion, olav: User) -> None:
    published = services.publish(by=actor_for(olav), at=NOON)

    assert queries.current_version() == published
    assert (published.published_at, published.published_by) == (NOON, olav)
    assert Event.objects.latest("seq").kind == "checklist.publish"
    with pytest.raises(NotPossibleNow):
        services.publish(by=actor_for(olav), at=NOON)


def test_there_is_one_draft_and_it_can_be_discarded(draft: ChecklistVersion, olav: User) -> None:
    with pytest.raises(NotPossibleNow):
        services.begin_draft(by=actor_for(olav), at=NOON)

    services.discard_draft(by=actor_for(olav), at=NOON)

    assert versions.draft() is None
    assert services.begin_draft(by=actor_for(olav), at=NOON).number == 2


@pytest.mark.parametrize("who", ["alice", "rita"])
def test_only_operators_edit(
    who: str, draft: ChecklistVersion, request: pytest.FixtureRequest
) -> None:
    by = actor_for(request.getfixturevalue(who))

    for act in (services.begin_draft, services.publish, services.discard_draft):
        with pytest.raises(NotPermitted):
            act(by=by, at=NOON)
    with pytest.raises(NotPermitted):
        services.save_item(block=item(draft).block, by=by, at=NOON)


@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        ("A03", {"kind": "machine"}, "kind"),
        ("A03", {"source": []}, "source"),
        ("A03", {"id": "Z01"}, "fallback"),
        ("P02", {"fallback": ""}, "fallback"),
    ],
)
def test_what_could_not_be_judged_is_not_saved(
    key: str, changes: dict[str, Any], field: str, draft: ChecklistVersion, olav: User
) -> None:
    with pytest.raises(Invalid) as caught:
        save(olav, item(draft, key), **changes)

    assert caught.value.field == field
    assert versions.changes(draft) == []


def test_a_number_is_used_once(draft: ChecklistVersion, olav: User) -> None:
    with pytest.raises(Invalid):
        services.save_item(block=item(draft).block, by=actor_for(olav), at=NOON)


def test_nothing_of_another_is_written_over(draft: ChecklistVersion, olav: User) -> None:
    seen = item(draft)
    save(olav, item(draft), proof="first")

    with pytest.raises(services.Stale):
        save(olav, seen, proof="second")

    assert item(draft).block["proof"] == "first"


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_publish_once(olav: User) -> None:
    first_version()
    services.begin_draft(by=actor_for(olav), at=NOON)
    together = Barrier(2)

    def publish(_: int) -> bool:
        together.wait()
        try:
            services.publish(by=actor_for(olav), at=NOON)
        except NotPossibleNow:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, range(2))) == [False, True]

    assert Event.objects.filter(kind="checklist.publish").count() == 1


def test_everybody_reads_a_published_version(client: Client) -> None:
    first_version()

    index = client.get(reverse("checklists:index")).content.decode()
    page = client.get(reverse("checklists:version", args=[1]))

    assert "Begynn på en ny versjon" not in index
    assert page.status_code == 200
    assert page.content.decode().count('<details class="ds-details"') == 48
    assert client.get(reverse("checklists:version", args=[2])).status_code == 404


def test_the_draft_is_the_operators(
    client: Client, draft: ChecklistVersion, alice: User, olav: User
) -> None:
    pages = [reverse("checklists:draft"), reverse("checklists:edit", args=["A03"])]

    assert [client.get(page).status_code for page in pages] == [302, 302]
    client.force_login(alice)
    assert [client.get(page).status_code for page in pages] == [403, 403]
    assert client.post(reverse("checklists:publish")).status_code == 403
    client.force_login(olav)
    assert [client.get(page).status_code for page in pages] == [200, 200]
    assert client.get(reverse("checklists:edit", args=["X99"])).status_code == 404


def test_an_item_saved_unchanged_is_the_same(
    client: Client, draft: ChecklistVersion, olav: User
) -> None:
    client.force_login(olav)

    for found in queries.items(draft):
        sent = initial_of(found.block) | {"seen": services.fingerprint(found)}
        page = reverse("checklists:edit", args=[found.key])
        assert client.post(page, sent).status_code == 302

    assert versions.changes(draft) == []


def test_a_faulty_item_stays_on_the_page(
    client: Client, draft: ChecklistVersion, olav: User
) -> None:
    client.force_login(olav)
    found = item(draft, "P03")
    sent = initial_of(found.block) | {"seen": services.fingerprint(found)}

    page = reverse("checklists:edit", args=["P03"])
    answers = [
        client.post(page, sent | {"answers": "always | pass | Alltid"}),
        client.post(page, sent | {"answers": "always | often | Alltid | Always"}),
        client.post(page, sent | {"seen": "0" * 16}),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 409]
    assert "Alltid" in answers[0].content.decode()
    assert versions.changes(draft) == []


def test_an_operator_goes_from_draft_to_version(client: Client, olav: User) -> None:
    first_version()
    client.force_login(olav)

    client.post(reverse("checklists:begin"))
    client.post(reverse("checklists:remove", args=["U05"]))
    text = client.get(reverse("checklists:draft")).content.decode()
    client.post(reverse("checklists:publish"))

    assert "Tatt ut" in text
    page = client.get(reverse("checklists:version", args=[2]))
    assert page.content.decode().count('<details class="ds-details"') == 47
