import json

import pytest

from relume.errors import BadInputError, WriteError
from relume.make.journal import Journal, Progress

ORIGIN = {"data_sha256": "a", "commit": "c", "packages": {}, "environment": {}}


def test_a_resume_cuts_the_log_where_it_goes_on_and_drops_a_line_that_was_cut_short(recipe, tmp_path):
    journal = Journal(tmp_path)
    journal.begin(recipe, ORIGIN, step=0)
    for step in (2, 4, 6):
        journal.note(Progress(step=step, steps=12, loss=0.5, seconds_per_step=0.1, parts={"l1": 0.5}), rate=0.1)
    with (tmp_path / "log.jsonl").open("a") as log:
        log.write('{"step": 8, "lo')  # as a kill leaves it
    Journal(tmp_path).begin(recipe, ORIGIN, step=5)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [2, 4]
    assert lines[0]["l1"] == 0.5
    assert [entry["step"] for entry in json.loads((tmp_path / "provenance.json").read_text())["resumed"]] == [5]
    with pytest.raises(BadInputError, match="began with other pictures"):
        Journal(tmp_path).begin(recipe, {**ORIGIN, "data_sha256": "b"}, step=5)


def test_a_new_run_drops_the_log_of_one_that_died_before_its_first_save(recipe, tmp_path):
    for loss in (0.5, 0.25):
        journal = Journal(tmp_path)
        journal.begin(recipe, ORIGIN, step=0)
        journal.note(Progress(step=200, steps=1000, loss=loss, seconds_per_step=0.1), rate=0.1)
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    assert json.loads(line)["loss"] == 0.25


def test_what_cannot_be_written_is_told(recipe, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"file/run cannot hold a run: .* Choose another --out"):
        Journal(tmp_path / "file" / "run").begin(recipe, ORIGIN, step=0)
    journal = Journal(tmp_path / "gone")
    with pytest.raises(WriteError, match=r"gone could not be written to: .* make room, then go on with --resume"):
        journal.note(Progress(step=2, steps=12, loss=0.5, seconds_per_step=0.1), rate=0.1)


def test_skipped_steps_stand_in_the_log(recipe, tmp_path):
    journal = Journal(tmp_path)
    journal.note(Progress(step=2, steps=12, loss=0.5, seconds_per_step=0.1, skipped=3, psnr=20.0), rate=0.1)
    assert json.loads((tmp_path / "log.jsonl").read_text())["skipped"] == 3
