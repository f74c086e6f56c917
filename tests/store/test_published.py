"""A published version stays as it was, for whom it was published; and says if anything has changed since."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from iqgeo.errors import InputError
from iqgeo.store import limits, lists, plans, published
from iqgeo.store.members import GUEST, LOCAL, Member
from iqgeo.store.published import Output
from iqgeo.store.records import NewVersion

DRAFT = NewVersion("Plan A", "text", "k")
PDF = Output("vorlage.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
XLSX = Output("zahlen.xlsx", "application/vnd.ms-excel", b"PK")


def codes(error):
    return [it.code for it in error.value.problems]


def publish(store, plan_id, **changes):
    given = {"case_json": '{"share": 0.689}', "outputs": [PDF, XLSX], "program": "0.1.0",
             "checksums": {"offices.csv": "a", "towns.csv": "b"}}  # fmt: skip
    return published.publish(store, plan_id, 1, **{**given, **changes})


def test_a_page_stays_as_it_was_whatever_comes_after(store):
    plan = plans.create(store, DRAFT).plan_id
    page = publish(store, plan)
    plans.save(store, plan, replace(DRAFT, name="Plan B", text="neu"), 1)
    opened = published.opened(store, page.token)
    assert opened == replace(page, newest=2)
    assert (opened.name, opened.number, opened.case_json) == ("Plan A", 1, '{"share": 0.689}')
    assert opened.outputs == (("vorlage.pdf", "application/pdf"), ("zahlen.xlsx", "application/vnd.ms-excel"))
    assert published.content(store, page.token, "vorlage.pdf") == PDF.content
    assert [it.published for it in lists.entries(store, which="published")] == [1]
    for column in ("case_json", "checksums", "number"):
        with pytest.raises(sa.exc.SQLAlchemyError, match="only added"), store.writing() as connection:
            connection.execute(sa.text(f"UPDATE publication SET {column} = '9'"))


def test_a_page_says_what_has_changed_since(store):
    page = publish(store, plans.create(store, DRAFT).plan_id)
    same = {"offices.csv": "a", "towns.csv": "b"}
    assert page.changed("0.1.0", same) == ()
    assert page.changed("0.2.0", same) == ("iqgeo",)
    assert page.changed("0.1.0", {"offices.csv": "x", "new.csv": "c"}) == (
        "new.csv", "offices.csv", "towns.csv",
    )  # fmt: skip


def test_open_to_all_or_to_the_house_only(store):
    plan = plans.create(store, DRAFT).plan_id
    page = publish(store, plan)
    house = Member("ada")
    for by in (LOCAL, house):
        assert published.opened(store, page.token, by) == page
    for use in (published.opened, lambda *it: published.content(it[0], it[1], "vorlage.pdf", it[2])):
        with pytest.raises(InputError) as error:
            use(store, page.token, GUEST)
        assert codes(error) == ["store_page_house"]
    published.set_open(store, page.token, True)
    assert published.opened(store, page.token, GUEST) == replace(page, is_open=True)
    # An open page opens nothing but itself.
    with pytest.raises(InputError):
        plans.load(store, plan, by=GUEST)
    with pytest.raises(InputError):
        published.set_open(store, page.token, False, GUEST)


def test_addresses_cannot_be_guessed_and_can_be_withdrawn(store):
    plan = plans.create(store, DRAFT).plan_id
    first, second = publish(store, plan), publish(store, plan)
    assert len({first.token, second.token}) == 2
    assert min(len(first.token), len(second.token)) >= 20
    assert [it.token for it in published.of_plan(store, plan)] == [second.token, first.token]
    published.withdraw(store, first.token)
    for token in (first.token, "", "\x00", plan):
        with pytest.raises(InputError) as error:
            published.opened(store, token)
        assert codes(error) == ["store_page_unknown"]
    with pytest.raises(InputError) as error:
        published.content(store, second.token, "fehlt.pdf")
    assert codes(error) == ["store_output_unknown"]
    assert plans.hanging(store, plan).publications == 1
    plans.remove(store, plan, plans.hanging(store, plan))
    with pytest.raises(InputError):
        published.opened(store, second.token)


def test_what_cannot_be_published_is_said_at_once(store, monkeypatch):
    plan = plans.create(store, DRAFT).plan_id
    monkeypatch.setattr(limits, "OUTPUT_BYTES", 5)
    monkeypatch.setattr(limits, "CASE_CHARS", 5)
    with pytest.raises(InputError) as error:
        publish(store, plan, outputs=[PDF, PDF], program="\x00")
    # The same file twice is too large once.
    assert codes(error) == ["store_characters", "store_long", "store_many_outputs", "store_file_large"]
    with pytest.raises(InputError) as error:
        published.publish(store, plan, 2, case_json="{}", outputs=(), program="1", checksums={})
    assert codes(error) == ["store_version_unknown"]
    assert published.of_plan(store, plan) == ()
