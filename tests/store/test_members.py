"""Owners, groups and readers; a real provider signs people in; what is kept of whom, and how it goes."""

import time
import urllib.parse
from dataclasses import replace

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from iqgeo.errors import InputError
from iqgeo.store import lists, members, plans, published, traces
from iqgeo.store.database import open_store
from iqgeo.store.members import GUEST, LOCAL, sign_in
from iqgeo.store.records import NewVersion
from tests.store.provider import running_provider

DRAFT = NewVersion("Plan A", "text", "k")
CLIENT = "iqgeo"


def codes(error):
    return [it.code for it in error.value.problems]


@pytest.fixture(scope="module")
def provider():
    """A provider of sign-ins."""
    with running_provider() as address:
        yield address


def claims_from(provider, subject, client=CLIENT, **claims):
    """Sign in as a browser and Streamlit do, and return what the verified ID token says."""
    with httpx.Client(base_url=provider) as browser:
        found = browser.get("/.well-known/openid-configuration").json()
        browser.put(f"/users/{subject}", json=claims).raise_for_status()
        asked = {
            "client_id": client, "redirect_uri": "http://localhost:1/oauth2callback", "response_type": "code",
            "scope": "openid email profile", "state": "s", "nonce": "n",
        }  # fmt: skip
        answer = browser.post(found["authorization_endpoint"], params=asked, data={"sub": subject})
        code = urllib.parse.parse_qs(urllib.parse.urlparse(answer.headers["location"]).query)["code"][0]
        token = browser.post(
            found["token_endpoint"],
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"]},
            auth=(client, "secret"),
        ).json()["id_token"]
        keys = KeySet.import_key_set(browser.get(found["jwks_uri"]).json())
    return dict(jwt.decode(token, keys).claims)


def test_who_signs_in_is_the_same_person_each_time(store, provider):
    claims = claims_from(
        provider, "brandt", email="m.brandt@example.org", name="M. Brandt", groups=["planung", "haus"]
    )
    first = sign_in(store, claims, client_id=CLIENT)
    assert (first.name, first.email) == ("M. Brandt", "m.brandt@example.org")
    assert first.groups == {"planung", "haus"}
    assert first.in_house
    assert not first.alone
    again = claims_from(provider, "brandt", email="neu@example.org", name="M. Brandt-Meier")
    second = sign_in(store, again, client_id=CLIENT)
    assert second.id == first.id
    assert second.name == "M. Brandt-Meier"
    made = plans.create(store, DRAFT, second)
    assert made.who == "M. Brandt-Meier"


def test_without_an_e_mail_a_person_is_still_one(store, provider):
    claims = claims_from(provider, "ohne")
    assert "email" not in claims
    one = sign_in(store, claims, client_id=CLIENT)
    assert (one.name, one.email) == ("", "")
    made = plans.create(store, DRAFT, one)
    assert plans.load(store, made.plan_id, by=one).who == ""
    other = sign_in(store, claims_from(provider, "auch-ohne"), client_id=CLIENT)
    assert other.id != one.id
    assert lists.entries(store, other) == ()


def test_a_sign_in_for_another_program_does_not_count(store, provider):
    claims = claims_from(provider, "brandt", client="other-app")
    with pytest.raises(InputError) as error:
        sign_in(store, claims, client_id=CLIENT)
    assert codes(error) == ["login_audience"]
    assert sign_in(store, {**claims, "aud": ["other-app", CLIENT]}, client_id=CLIENT).id


def test_a_sign_in_expires(store, provider):
    claims = claims_from(provider, "brandt")
    later = time.time() + members.SIGNED_IN_S
    assert sign_in(store, claims, client_id=CLIENT, at=later - 60)
    for at in (later + 60, later + 10**9, time.time() - 3600):
        with pytest.raises(InputError) as error:
            sign_in(store, claims, client_id=CLIENT, at=at)
        assert codes(error) == ["login_expired"]


@given(st.dictionaries(st.sampled_from(["iss", "sub", "aud", "iat", "email", "name", "groups"]),
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(),
              st.lists(st.one_of(st.text(), st.integers())))))  # fmt: skip
@settings(max_examples=100)
def test_whatever_a_provider_says_is_taken_or_refused_in_a_sentence(shared_store, said):
    with pytest.raises(InputError) as error:
        sign_in(shared_store, said, client_id=CLIENT, at=1e9)
    assert error.value.message("en")
    whole = {"iss": "https://p", "sub": "s", "aud": CLIENT, "iat": 1e9}
    rest = {key: it for key, it in said.items() if key not in whole}
    one = sign_in(shared_store, {**rest, **whole}, client_id=CLIENT, at=1e9)
    assert one.id
    assert all(isinstance(it, str) for it in one.groups)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory):
    return open_store(tmp_path_factory.mktemp("shared") / "plans.db")


def people(store, *names):
    return [
        sign_in(
            store,
            {
                "iss": "p", "sub": it, "aud": CLIENT, "iat": time.time(), "name": it.title(),
                "email": f"{it}@example.org", "email_verified": True, "groups": [f"team-{it}"],
            },
            client_id=CLIENT,
        )
        for it in names
    ]  # fmt: skip


def may(store, plan_id, by):
    """What somebody may: letters for reading, changing, and saying who may."""
    tries = {
        "r": lambda: plans.load(store, plan_id, by=by),
        "w": lambda: plans.summarise(store, plan_id, 1, "s", by=by),
        "o": lambda: plans.archive(store, plan_id, archived=False, by=by),
    }
    return "".join(letter for letter, it in tries.items() if allowed(it))


def allowed(action):
    try:
        action()
    except InputError:
        return False
    return True


def test_owners_groups_and_readers(store):
    ada, bob, cem = people(store, "ada", "bob", "cem")
    plan = plans.create(store, DRAFT, ada).plan_id
    assert [may(store, plan, it) for it in (ada, bob, cem, LOCAL, GUEST)] == ["rwo", "", "", "rwo", ""]
    members.grant(store, plan, "person", "BOB@example.org", "reader", ada)
    members.grant(store, plan, "group", "team-cem", "editor", ada)
    assert [may(store, plan, it) for it in (bob, cem)] == ["r", "rw"]
    assert [it.id for it in lists.entries(store, bob, which="team")] == [plan]
    assert lists.entries(store, bob, which="mine") == ()
    assert [it.id for it in lists.entries(store, ada, which="mine")] == [plan]
    labels = {(it.kind, it.label, it.role) for it in members.grants(store, plan, bob)}
    assert labels == {
        ("person", "Ada", "owner"),
        ("person", "Bob", "reader"),
        ("group", "team-cem", "editor"),
    }
    with pytest.raises(InputError) as error:
        members.grant(store, plan, "person", bob.id, "owner", cem)
    assert codes(error) == ["store_not_allowed"]
    with pytest.raises(InputError) as error:
        members.grant(store, plan, "person", ada.id, "reader", ada)
    assert codes(error) == ["store_no_owner"]
    members.grant(store, plan, "person", bob.id, None, ada)
    assert [may(store, plan, it) for it in (ada, bob)] == ["rwo", ""]


def test_who_may_not_read_a_plan_does_not_learn_that_it_exists(store):
    ada, bob = people(store, "ada", "bob")
    plan = plans.create(store, DRAFT, ada).plan_id
    for by, called in ((bob, plan), (bob, "Plan A"), (GUEST, plan)):
        with pytest.raises(InputError) as error:
            lists.find(store, called, by)
        assert codes(error) == ["store_plan_unknown"]
    with pytest.raises(InputError) as error:
        plans.save(store, plan, replace(DRAFT, text="b"), 1, bob)
    assert codes(error) == ["store_plan_unknown"]
    with pytest.raises(InputError):
        plans.create(store, DRAFT, GUEST)


def test_plans_from_before_the_sign_in_are_everybodys(store):
    plan = plans.create(store, DRAFT).plan_id
    (ada,) = people(store, "ada")
    assert may(store, plan, ada) == "rwo"
    assert may(store, plan, GUEST) == ""
    members.grant(store, plan, "person", ada.id, "owner", ada)
    (bob,) = people(store, "bob")
    assert may(store, plan, bob) == ""


def test_somebody_named_by_address_is_known_at_their_first_sign_in_if_the_provider_vouches(store):
    (ada,) = people(store, "ada")
    plan = plans.create(store, DRAFT, ada).plan_id
    members.grant(store, plan, "person", "neu@example.org", "editor", ada)
    claims = {"iss": "p", "aud": CLIENT, "iat": time.time(), "email": "neu@example.org"}
    liar = sign_in(store, {**claims, "sub": "liar"}, client_id=CLIENT)
    assert may(store, plan, liar) == ""
    new = sign_in(store, {**claims, "sub": "new", "email_verified": True}, client_id=CLIENT)
    assert may(store, plan, new) == "rw"


def test_a_persons_traces_go_and_their_work_stays(store):
    ada, bob = people(store, "ada", "bob")
    plan = plans.create(store, DRAFT, ada).plan_id
    plans.save(store, plan, replace(DRAFT, text="b"), 1, ada)
    published.publish(store, plan, 1, case_json="{}", outputs=(), program="1", checksums={}, by=ada)
    found = traces.traces(store, "ada@example.org")
    assert (found.name, found.versions, found.publications, found.only_owner_of) == ("Ada", 2, 1, ("Plan A",))
    for heir in (None, "ada@example.org", "niemand"):
        with pytest.raises(InputError) as error:
            traces.forget(store, ada.id, heir=heir)
        assert codes(error) == ["store_heir"]
    traces.forget(store, ada.id, heir="bob@example.org")
    assert may(store, plan, bob) == "rwo"
    assert [it.who for it in plans.history(store, plan)] == ["", ""]
    assert published.of_plan(store, plan)[0].who == ""
    for called in ("Ada", "ada@example.org", ada.id):
        with pytest.raises(InputError) as error:
            traces.traces(store, called)
        assert codes(error) == ["store_person_unknown"]
    assert traces.traces(store, "bob").id == bob.id


def test_nothing_of_a_person_is_left_in_the_file(tmp_path):
    store = open_store(tmp_path / "plans.db")
    (ada,) = people(store, "adelgunde")
    plans.create(store, DRAFT, ada)
    assert b"adelgunde" in (tmp_path / "plans.db").read_bytes().lower()
    (bob,) = people(store, "bob")
    traces.forget(store, ada.id, heir=bob.id)
    left = b"".join(it.read_bytes() for it in tmp_path.iterdir())
    assert b"adelgunde" not in left.lower()


def test_two_of_one_name_are_told_apart(store):
    people(store, "ada")
    with store.writing() as connection:
        connection.execute(members.person.insert().values(id="2", name="ada", email="b@example.org"))
    with pytest.raises(InputError) as error:
        traces.traces(store, "ADA")
    assert codes(error) == ["store_person_several"]
