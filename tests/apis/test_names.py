"""How short names, scopes, claims and test addresses are spelled."""

import pytest

from onboarding.apis import names

OURS = ["http://localhost:8000"]


@pytest.mark.parametrize("name", ["nhn:cp-api", "fhi:slash.mottak", "a", "x1", "a:b:c", "a_b"])
def test_good_short_names(name: str) -> None:
    names.check_short_name(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Et skilletegn"),
        ("NHN:cp", "Fant «N» på plass 1."),
        ("nhn:cp api", "Fant « » på plass 7."),
        ("nhn/cp", "Fant «/» på plass 4."),
        ("nhn:", "Et skilletegn står først, sist"),
        (":nhn", "Et skilletegn står først, sist"),
        ("nhn::cp", "Et skilletegn står først, sist"),
        ("nhn:сp", "Fant «с» på plass 5."),
        ("nhn\u202ecp", "på plass 4."),
        ("nhn:cp\n", "på plass 7."),
        ("²", "på plass 1."),
    ],
)
def test_bad_short_names_say_where(name: str, says: str) -> None:
    with pytest.raises(names.BadName) as refusal:
        names.check_short_name(name)

    assert says in str(refusal.value)


@pytest.mark.parametrize("name", ["nhn:cp/access", "nhn:cp/a.b-c/d_e:f", "nhn:cp/2"])
def test_good_scopes(name: str) -> None:
    names.check_scope(name, "nhn:cp")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("access", "Forventet nhn:cp/…."),
        ("nhn:cp", "Forventet nhn:cp/…."),
        ("nhn:cpx/access", "Forventet nhn:cp/…."),
        ("nhn:cp/", "Et skilletegn"),
        ("nhn:cp/a b", "Fant « »"),
        ('nhn:cp/"', 'Fant «"»'),
        ("nhn:cp//a", "Et skilletegn"),
        ("nhn:cp/*", "Fant «*»"),
    ],
)
def test_bad_scopes_say_what_was_expected(name: str, says: str) -> None:
    with pytest.raises(names.BadName) as refusal:
        names.check_scope(name, "nhn:cp")

    assert says in str(refusal.value)


@pytest.mark.parametrize("name", ["herid", "nhn:vkp/client/claims/vkp-id"])
def test_good_claims(name: str) -> None:
    names.check_claim_type(name)


@pytest.mark.parametrize("name", ["sub", "scope", "cnf", "client_id", "HerId", "a b", ""])
def test_bad_claims(name: str) -> None:
    with pytest.raises(names.BadName):
        names.check_claim_type(name)
