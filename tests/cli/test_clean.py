import json
import subprocess
import sys

import numpy as np
import PIL.Image
import pytest

from relume.make._pictures import dead_leaves


def write(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)).save(path, **options)


@pytest.fixture
def folder(tmp_path):
    """Two good pictures, a smaller copy of one, a dark and a broken one."""
    for seed in range(2):
        write(tmp_path / "train" / f"{seed}.png", dead_leaves(112, 144, seed=seed))
    write(tmp_path / "train" / "copy.png", dead_leaves(112, 144, seed=0)[4:-3, 5:])
    write(tmp_path / "train" / "deep" / "dark.png", 0.2 * dead_leaves(112, 144, seed=2))
    (tmp_path / "train" / "broken.png").write_bytes(b"no picture")
    return tmp_path / "train"


def names(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))


def test_the_table_has_kind_name_and_reason_and_nothing_is_moved(relume_, folder):
    before = names(folder.parent)
    said = relume_("clean", folder)
    assert said.code == 0
    rows = [line.split()[:2] for line in said.out.splitlines()]
    assert rows[:3] == [["duplicate", "copy.png"], ["broken", "broken.png"], ["dark", "deep/dark.png"]]
    assert rows[4:] == [["duplicate", "1"], ["broken", "1"], ["dark", "1"]]
    assert "3 of 5 pictures have something wrong with them." in said.err
    assert "Nothing was moved; --apply moves them into a folder beside." in said.err
    assert names(folder.parent) == before


def test_json_has_one_line_for_each_file(relume_, folder):
    said = relume_("clean", folder, "--json", "--quiet")
    assert (said.code, said.err) == (0, "")
    kinds = {line["source"].removeprefix(f"{folder}/"): [one["kind"] for one in line["findings"]] for line in said.json}
    assert kinds == {
        "0.png": [],
        "1.png": [],
        "broken.png": ["broken"],
        "copy.png": ["duplicate"],
        "deep/dark.png": ["dark"],
    }


def test_apply_moves_and_undo_moves_back(relume_, folder):
    before = names(folder.parent)
    said = relume_("clean", folder, "--apply", "--json")
    moved = {line["source"]: line["moved_to"] for line in said.json if "moved_to" in line}
    removed = folder.parent / "train.removed"
    assert moved[str(folder / "deep" / "dark.png")] == str(removed / "deep" / "dark.png")
    assert names(folder) == ["0.png", "1.png"]
    assert names(removed) == ["broken.png", "copy.png", "deep/dark.png"]
    assert "--undo` moves them back" in said.err
    said = relume_("clean", folder, "--undo")
    assert (said.code, said.err) == (0, f"relume: 3 pictures moved back into {folder}.\n")
    assert names(folder.parent) == before


def test_the_report_is_written_where_it_is_wanted(relume_, folder, tmp_path):
    said = relume_("clean", folder, "-o", tmp_path / "report")
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["findings.jsonl", "index.html"]
    assert f"written: {tmp_path / 'report' / 'index.html'}" in said.err
    assert len((tmp_path / "report" / "findings.jsonl").read_text().splitlines()) == 5


def test_against_finds_leaks_only_and_limits_can_be_set(relume_, folder, tmp_path):
    write(tmp_path / "test" / "t.jpg", dead_leaves(112, 144, seed=1), quality=90)
    said = relume_("clean", folder, "--against", tmp_path / "test", "--only", "leak", "--json")
    found = [line for line in said.json if line["findings"]]
    assert [(line["source"], line["findings"][0]["other"]) for line in found] == [
        (str(folder / "1.png"), str(tmp_path / "test" / "t.jpg"))
    ]
    said = relume_(
        "clean", folder, "--only", "dark", "--set", "dark.highlights=0.01", "--set", "dark.mean=1/255", "--json"
    )
    assert [line["findings"] for line in said.json] == [[]] * 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "nosiy"], "No kind of finding named 'nosiy'. Did you mean 'noisy'?"),
        (["--set", "noisy=5"], "--set takes KIND.LIMIT=VALUE, say noisy.sigma=5/255, but came as noisy=5."),
        (["--set", "nosiy.sigma=5"], "No kind with limits named 'nosiy'. Did you mean 'noisy'?"),
        (["--set", "noisy.sgima=5"], "noisy has no option 'sgima'. Did you mean 'sigma'?"),
        (["--set", "noisy.sigma=5"], "Noisy needs sigma above 0 and up to 1, but got 5."),
        (["-o", "report.csv"], "A report is a folder, or a file that ends in .html or .jsonl, but came report.csv."),
        (["--undo", "--apply"], "--undo moves back what was moved, and takes no other options than --quiet."),
        (["--undo"], "Nothing can be undone: there is no journal"),
    ],
)
def test_wrong_wishes_are_refused_before_anything_is_read(relume_, folder, options, message):
    said = relume_("clean", folder, *options)
    assert said.code == 2
    assert said.err.startswith(f"relume: {message}")


def test_a_folder_that_is_not_there(relume_, tmp_path):
    said = relume_("clean", tmp_path / "nowhere")
    assert (said.code, said.out) == (2, "")
    assert "A folder of pictures was expected, but" in said.err


def test_it_needs_no_torch():
    code = "import sys, json; import relume.make.clean.audit, relume.make.clean.report, relume.make.clean.quarantine; "
    code += "from relume.make.clean.faults import FAULTS; list(FAULTS.values()); "
    code += "print(json.dumps([name for name in ('torch', 'lightning', 'kornia') if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stderr
