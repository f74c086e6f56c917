"""Plans in versions: nothing is overwritten, conflicts are told, everything comes back letter by letter."""

import time
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.errors import InputError
from iqgeo.store import lists, plans, schema
from iqgeo.store.backup import contents
from iqgeo.store.database import open_store
from iqgeo.store.records import EditConflict, NewVersion
from tests.draws import draws

DRAFT = NewVersion(
    "Plan A: vier weitere Stellen", 'name = "Plan A"\n', "k1", "angelegt", '{"share": 0.689}', ("Lengede",)
)


def codes(error):
    return [it.code for it in error.value.problems]


def test_a_plan_comes_back_as_it_was_saved(store):
    made = plans.create(store, DRAFT)
    assert (made.number, made.parent, made.who) == (1, None, "")
    loaded = plans.load(store, made.plan_id)
    assert loaded == made
    assert (loaded.name, loaded.text, loaded.key, loaded.change, loaded.summary) == (
        DRAFT.name, DRAFT.text, DRAFT.key, DRAFT.change, DRAFT.summary,
    )  # fmt: skip


def test_every_change_adds_a_version_and_all_of_them_stay(store):
    made = plans.create(store, DRAFT)
    for number in range(2, 6):
        draft = replace(DRAFT, text=f"{number}", change=f"Schritt {number}")
        assert plans.save(store, made.plan_id, draft, number - 1).number == number
    assert [it.number for it in plans.history(store, made.plan_id)] == [5, 4, 3, 2, 1]
    assert [plans.load(store, made.plan_id, it).text for it in (1, 2, 5)] == [DRAFT.text, "2", "5"]
    again = plans.back(store, made.plan_id, 2, 5, "zurück zu Version 2")
    assert (again.number, again.parent, again.text, again.change) == (6, 5, "2", "zurück zu Version 2")
    assert plans.load(store, made.plan_id, 5).text == "5"
    assert [it.id for it in lists.entries(store, search="lengede")] == [made.plan_id]


def test_saving_what_is_there_already_adds_nothing(store):
    made = plans.create(store, DRAFT)
    assert plans.save(store, made.plan_id, replace(DRAFT, change="anders"), 1) == made
    # Even from an old version: there is nothing to choose between.
    plans.save(store, made.plan_id, replace(DRAFT, text="neu"), 1)
    assert plans.save(store, made.plan_id, replace(DRAFT, text="neu"), 1).number == 2


def test_the_second_is_told_what_the_first_changed_and_nothing_is_lost(store):
    made = plans.create(store, DRAFT)
    theirs = plans.save(store, made.plan_id, replace(DRAFT, text="Verden", change="Verden statt Oyten"), 1)
    mine = replace(DRAFT, text="Buxtehude", change="Buxtehude dazu")
    with pytest.raises(EditConflict) as error:
        plans.save(store, made.plan_id, mine, 1)
    assert error.value.theirs == (theirs,)
    assert error.value.mine == mine
    for lang in ("de", "en"):
        assert "Verden statt Oyten" in error.value.message(lang)
        assert "Buxtehude dazu" in error.value.message(lang)
    assert contents(store).versions == 2
    # Kept on top, and as a plan of its own.
    assert plans.save(store, made.plan_id, mine, error.value.theirs[-1].number).text == "Buxtehude"
    assert plans.create(store, mine).plan_id != made.plan_id


def test_after_an_older_backup_a_change_is_not_taken_for_another(store):
    made = plans.create(store, DRAFT)
    with pytest.raises(EditConflict) as error:
        plans.save(store, made.plan_id, replace(DRAFT, text="neu"), 7)
    assert codes(error) == ["store_rewound"]


def test_a_duplicate_is_a_plan_of_its_own(store):
    made = plans.create(store, DRAFT)
    other = plans.duplicate(store, made.plan_id, 1, "Kopie", 'name = "Kopie"\n', "verdoppelt")
    assert (other.name, other.key, other.number) == ("Kopie", DRAFT.key, 1)
    plans.save(store, other.plan_id, replace(DRAFT, text="anders"), 1)
    assert plans.load(store, made.plan_id).text == DRAFT.text


def test_lists_search_and_archive(store):
    first = plans.create(store, DRAFT)
    second = plans.create(store, replace(DRAFT, name="Göttingen 100 % gesetzt", words=("Göttingen", "Oyten")))
    assert [it.id for it in lists.entries(store)] == [second.plan_id, first.plan_id]
    found = lambda words: [it.id for it in lists.entries(store, search=words)]  # noqa: E731
    assert found("GÖTTINGEN") == found("go\u0308ttingen oyten") == found("100 %") == [second.plan_id]
    assert found("lengede plan") == [first.plan_id]
    assert found("_") == found("lengede oyten") == found("\\") == []
    plans.archive(store, second.plan_id)
    assert [it.id for it in lists.entries(store)] == [first.plan_id]
    assert [it.id for it in lists.entries(store, which="archive")] == [second.plan_id]
    plans.archive(store, second.plan_id, archived=False)
    assert [it.id for it in lists.entries(store, limit=1, offset=1)] == [first.plan_id]
    with pytest.raises(InputError, match="Auswahl"):
        lists.entries(store, which="alle")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="gesucht"):
        lists.entries(store, search="x" * 201)


def test_a_plan_is_found_by_id_and_name_and_never_by_half(store):
    first = plans.create(store, DRAFT)
    second = plans.create(store, replace(DRAFT, name="Plan B"))
    assert lists.find(store, first.plan_id).name == DRAFT.name
    assert lists.find(store, "Plan B").id == lists.find(store, " plan  b ").id == second.plan_id
    for wrong in ("Plan", "Plan %", "", "\x00"):
        with pytest.raises(InputError) as error:
            lists.find(store, wrong)
        assert codes(error) == ["store_plan_unknown"]
    twin = plans.create(store, replace(DRAFT, name="Plan B"))
    with pytest.raises(InputError) as error:
        lists.find(store, "Plan B")
    assert codes(error) == ["store_plan_several"]
    assert second.plan_id in str(error.value)
    assert twin.plan_id in str(error.value)
    plans.archive(store, twin.plan_id)
    assert lists.find(store, "Plan B").id == second.plan_id
    # What it was called before does not count.
    plans.save(store, second.plan_id, replace(DRAFT, name="Plan C"), 1)
    assert lists.find(store, "plan b").id == twin.plan_id


def test_a_summary_comes_later_and_changes_nothing_else(store):
    made = plans.create(store, replace(DRAFT, summary="", words=()))
    plans.summarise(store, made.plan_id, 1, "69 von 100", ("Dinklage",))
    assert plans.load(store, made.plan_id) == replace(made, summary="69 von 100")
    assert [it.summary for it in lists.entries(store, search="dinklage")] == ["69 von 100"]


def test_what_was_saved_cannot_be_changed_by_anybody(store):
    plans.create(store, DRAFT)
    for column in ("text", "key", "number", "name"):
        with pytest.raises(sa.exc.SQLAlchemyError, match="only added"), store.writing() as connection:
            connection.execute(sa.text(f"UPDATE version SET {column} = '9'"))
    assert lists.entries(store)[0].number == 1


def test_removing_says_what_goes_and_takes_no_more_than_it_said(store):
    made = plans.create(store, DRAFT)
    expected = plans.hanging(store, made.plan_id)
    assert (expected.versions, expected.publications, expected.files) == (1, 0, 0)
    plans.save(store, made.plan_id, replace(DRAFT, text="neu"), 1)
    with pytest.raises(InputError) as error:
        plans.remove(store, made.plan_id, expected)
    assert codes(error) == ["store_hangs_more"]
    plans.remove(store, made.plan_id, plans.hanging(store, made.plan_id))
    assert contents(store) == contents(store).__class__(0, 0, 0, 0)
    for use in (plans.load, plans.history, plans.hanging, plans.archive):
        with pytest.raises(InputError) as error:
            use(store, made.plan_id)
        assert codes(error) == ["store_plan_unknown"]


def test_everything_wrong_with_a_draft_is_said_at_once(store):
    bad = NewVersion(" ", "a\x00", "k" * 201, "\ud800", "s" * 70_000, (), {str(it): "0" for it in range(21)})
    with pytest.raises(InputError) as error:
        plans.create(store, bad)
    assert sorted(set(codes(error))) == [
        "store_characters",
        "store_long",
        "store_many_files",
        "store_no_name",
    ]
    assert contents(store).plans == 0


@settings(max_examples=draws(8))
@given(
    name=st.text(min_size=1, max_size=60),
    text=st.text(max_size=3000),
    change=st.text(max_size=80),
    words=st.lists(st.text(max_size=20), max_size=4),
)
def test_any_text_comes_back_or_is_refused_in_a_sentence(
    tmp_path_factory, postgres, name, text, change, words
):
    for store in both(tmp_path_factory, postgres):
        draft = NewVersion(name, text, "k", change, text[:50], words)
        if not name.strip() or "\x00" in "".join([name, text, change, *words]):
            with pytest.raises(InputError):
                plans.create(store, draft)
            continue
        made = plans.create(store, draft)
        loaded = plans.load(store, made.plan_id)
        assert (loaded.name, loaded.text, loaded.change, loaded.summary) == (name, text, change, text[:50])
        for word in [name, *words]:
            assert lists.entries(store, search=word)[0] == lists.find(store, made.plan_id)


_BOTH = []


def both(factory, postgres):
    if not _BOTH:
        _BOTH.append(open_store(factory.mktemp("any") / "plans.db"))
        _BOTH.append(open_store(postgres.new_database()))
    return _BOTH


def test_ten_thousand_plans_are_listed_at_once(store):
    summary = '{"share": 0.689, "places": ["Lengede", "Dinklage"]}' * 4
    text = "# Plan\n" * 300
    with store.writing() as connection:
        tables = schema.plan, schema.version
        ids = [f"{it:012x}" for it in range(10_000)]
        connection.execute(
            tables[0].insert(),
            [{"id": it, "head": 2, "archived": False, "created": "2026-11-25"} for it in ids],
        )
        connection.execute(
            tables[1].insert(),
            [
                {
                    "plan_id": it, "number": number, "parent": number - 1 or None, "name": f"Plan {it}",
                    "key": it, "change": "Soltau entfernt", "who": None,
                    "at": f"2026-11-25T10:00:00.{int(it, 16):06d}+00:00", "summary": summary,
                    "words": f"plan {it}\nlengede", "text": text,
                }
                for it in ids
                for number in (1, 2)
            ],
        )  # fmt: skip

    def seconds(**asked):
        # Of the processor: other tests run beside this one.
        started = time.process_time()
        found = lists.entries(store, **asked)
        return time.process_time() - started, len(found)

    whole = sorted(seconds() for _ in range(5))
    assert whole[0][1] == 10_000
    assert whole[0][0] < 0.3
    assert min(seconds(search="plan 00000000270f")[0] for _ in range(3)) < 0.3
    assert seconds(search="000f")[1] == len([it for it in ids if "000f" in it])
