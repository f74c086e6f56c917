"""What a change of networks brings, office by office, counted by plain loops."""

from hypothesis import given, settings
from hypothesis import strategies as st

from iqgeo.changes import changes
from iqgeo.proof import Proof
from iqgeo.proposal import proposal_of, scope_of
from iqgeo.scenario.evaluate import Step
from iqgeo.scenario.model import Stage
from iqgeo.sites import ids
from tests.draws import draws
from tests.test_promises import Every, tasks


@settings(max_examples=draws(6))
@given(tasks(), st.data())
def test_each_office_brings_whom_no_other_before_it_reaches(task, data):
    every = Every(task)
    gone = data.draw(st.sets(st.integers(0, task.existing - 1)))
    new = sorted(data.draw(st.sets(st.integers(task.existing, len(task.sites) - 1))))
    stay = [it for it in range(task.existing) if it not in gone]
    after = task.coverage_with([*stay, *new])
    keys = ids(task.sites)
    steps = [
        Step(Stage(f"{it}", opened=(keys[it],)), opened=(keys[it],), part_of=at) for at, it in enumerate(new)
    ]
    for found, stages in (
        (proposal_of(task.start, after), [1] * len(new)),
        (proposal_of(task.start, after, steps), list(range(1, len(new) + 1))),
    ):
        assert found.closed == tuple(task.start.offices["name"].iloc[sorted(gone)])
        assert [(it.id, it.stage, it.by_hand) for it in found.sites] == [
            (keys[it], stage, True) for it, stage in zip(new, stages, strict=True)
        ]
        assert (found.start, found.end) == (set(ids(task.start.offices)), set(ids(after.offices)))
        assert (found.scope, found.stale, found.firm, found.keeps) == ("hand", False, {}, False)
        reached = sum((every.alone[it] for it in stay), start=every.alone[0] & False)
        for opening, number in zip(found.sites, new, strict=True):
            more = every.alone[number] & ~reached
            reached = reached | every.alone[number]
            by_district = dict(zip(every.keys, every.of_each(more).tolist(), strict=True))
            assert opening.gain == every.people[more].sum()
            assert dict(opening.districts) == {key: people for key, people in by_district.items() if people}
            people = [count for _, count in opening.districts]
            assert people == sorted(people, reverse=True)
            assert (opening.runner_up, opening.runner_up_id) == ("", "")
    table = changes(task.start, after).set_index("ags")
    won, lost = after.is_covered & ~task.start.is_covered, task.start.is_covered & ~after.is_covered
    assert table["gained"].tolist() == every.of_each(won).tolist()
    assert table["lost"].tolist() == every.of_each(lost).tolist()
    assert (table["change"] == table["gained"] - table["lost"]).all()


def test_a_proof_is_of_the_whole_only_from_the_first_office_to_the_last():
    def step(start, end, year=None):
        return Step(Stage("", year), proof=Proof("max-cover", "optimal", 0.0, 0.0, (), start=start, end=end))

    start, end = frozenset("a"), frozenset("ab")
    whole = step(("a",), ("b", "a"))
    assert scope_of([whole], start, end) == "whole"
    assert scope_of([whole, Step(Stage("x"))], start, end) == "whole"
    assert scope_of([whole], frozenset(), end) == scope_of([whole], start, start) == "parts"
    assert scope_of([whole, whole], start, end) == "parts"
    documented = Step(Stage("", 2012))
    assert scope_of([documented, documented], start, end) == "documented"
    assert scope_of([documented, Step(Stage("x"))], start, end) == "hand"
    assert scope_of([Step(Stage("", 2012), opened=("b",))], start, end) == "hand"
    assert scope_of([], start, end) == "hand"
