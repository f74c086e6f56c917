import json

import pandas as pd
import pytest

from iqgeo.errors import InputError
from iqgeo.workers.executor import Done, Serial
from iqgeo.workers.results import checksum, journal_of, run_tasks
from tests.workers import tasks

ITEMS = {checksum(number): number for number in range(9)}


class Breaking(Serial):
    """Ends as a cluster does whose scheduler goes away: after some tasks, with an exception."""

    def __init__(self, after):
        self.after, self.ran = after, []

    def run(self, function, items):
        for done in super().run(function, items):
            if len(self.ran) == self.after:
                raise ConnectionError
            self.ran.append(done.key)
            yield done


def test_rows_of_all_tasks_stand_in_one_tidy_table(tmp_path):
    steps = []
    outcome = run_tasks(Serial(), tasks.rows, ITEMS, tmp_path / "all.parquet", steps.append)
    table = pd.read_parquet(outcome.path)
    assert table.columns.tolist() == ["task", "n", "root", "odd", "name"]
    assert table["task"].tolist() == list(ITEMS)
    assert table["root"].tolist() == [number**0.5 for number in range(9)]
    assert (outcome.kept, outcome.done, outcome.failed) == (0, 9, {})
    assert [step.ended for step in steps] == list(range(1, 10))
    assert not journal_of(outcome.path).exists()


@pytest.mark.parametrize("after", [0, 1, 5, 8])
def test_a_run_broken_off_goes_on_and_the_file_is_the_same_byte_for_byte(tmp_path, after):
    whole = run_tasks(Serial(), tasks.rows, ITEMS, tmp_path / "whole.parquet").path
    path = tmp_path / "broken.parquet"
    with pytest.raises(ConnectionError):
        run_tasks(Breaking(after), tasks.rows, ITEMS, path)
    assert not path.exists()
    second = Breaking(99)
    outcome = run_tasks(second, tasks.rows, ITEMS, path)
    assert len(second.ran) == 9 - after == outcome.done
    assert path.read_bytes() == whole.read_bytes()


def test_a_line_cut_off_by_a_crash_is_run_again(tmp_path):
    path = tmp_path / "cut.parquet"
    with pytest.raises(ConnectionError):
        run_tasks(Breaking(3), tasks.rows, ITEMS, path)
    journal = journal_of(path)
    journal.write_bytes(journal.read_bytes()[:-7])
    again = Breaking(99)
    run_tasks(again, tasks.rows, ITEMS, path)
    assert len(again.ran) == 7
    assert len(pd.read_parquet(path)) == 9


def test_what_is_done_is_not_run_again_and_new_tasks_are(tmp_path):
    path = tmp_path / "some.parquet"
    few = dict(list(ITEMS.items())[:4])
    run_tasks(Serial(), tasks.rows, few, path)
    more = Breaking(99)
    outcome = run_tasks(more, tasks.rows, ITEMS, path)
    assert more.ran == list(ITEMS)[4:]
    assert (outcome.kept, outcome.done) == (4, 5)
    whole = run_tasks(Serial(), tasks.rows, ITEMS, tmp_path / "whole.parquet").path
    assert path.read_bytes() == whole.read_bytes()


def failing(item):
    if item == 3:
        raise ValueError("three")
    return tasks.rows(item)


def test_a_task_that_fails_is_named_and_tried_again_next_time(tmp_path):
    path = tmp_path / "failed.parquet"
    outcome = run_tasks(Serial(), failing, ITEMS, path)
    assert {key: done.error for key, done in outcome.failed.items()} == {checksum(3): "ValueError: three"}
    assert pd.read_parquet(path)["n"].tolist() == [0, 1, 2, 4, 5, 6, 7, 8]
    assert run_tasks(Serial(), tasks.rows, ITEMS, path).done == 1
    assert pd.read_parquet(path)["n"].tolist() == list(range(9))


def test_a_file_that_holds_no_results_is_refused_and_stays(tmp_path):
    for name, content in (("text.parquet", b"no table"), ("other.parquet", None)):
        path = tmp_path / name
        if content is None:
            pd.DataFrame({"a": [1]}).to_parquet(path)
        else:
            path.write_bytes(content)
        before = path.read_bytes()
        with pytest.raises(InputError) as caught:
            run_tasks(Serial(), tasks.rows, ITEMS, path)
        assert caught.value.problems[0].code == "results_unreadable"
        assert path.read_bytes() == before


def test_whole_and_broken_numbers_share_a_column(tmp_path):
    rows = {"a": [{"x": 1, "only": "here"}], "b": [{"x": 0.5}], "c": [{"x": None}]}

    class Given(Serial):
        def run(self, function, items):
            return (Done(key, rows[key]) for key in items)

    path = run_tasks(Given(), tasks.rows, dict.fromkeys(rows), tmp_path / "mixed.parquet").path
    table = pd.read_parquet(path)
    assert table["x"].tolist()[:2] == [1.0, 0.5]
    assert table["x"].isna().tolist() == [False, False, True]
    assert table["only"].isna().tolist() == [False, True, True]


def test_a_checksum_depends_on_what_is_said_not_on_its_order():
    assert checksum({"a": 1, "b": [2.5, "ü"]}) == checksum(json.loads('{"b": [2.5, "ü"], "a": 1}'))
    assert checksum({"a": 1}) != checksum({"a": 2})
