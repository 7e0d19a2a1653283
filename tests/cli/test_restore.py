"""What denoise, enhance and upscale share."""

import io
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import relume
from relume import files
from relume.classic.gamma import Gamma
from relume.cli._options import read_settings
from relume.cli._report import Report


def pixels(path: Path) -> np.ndarray:
    with PIL.Image.open(path) as opened:
        return np.asarray(opened)


def format_of(path: Path) -> str | None:
    with PIL.Image.open(path) as opened:
        return opened.format


def test_a_file_to_a_file_is_what_the_library_makes(relume_, picture, tmp_path):
    source = picture(tmp_path / "in.png")
    said = relume_("denoise", source, "-o", tmp_path / "out.png", "--model", "median", "--strength", "0.5")
    assert (said.code, said.out, said.err) == (0, "", "")
    wanted = relume.denoise(pixels(source), model="median", strength=0.5)
    assert (pixels(tmp_path / "out.png") == wanted).all()


def test_upscale_makes_it_as_much_larger_as_asked(relume_, picture, tmp_path):
    source = picture(tmp_path / "in.png")
    assert relume_("upscale", source, "-o", tmp_path / "out.png", "--scale", "3").code == 0
    assert pixels(tmp_path / "out.png").shape == (72, 96, 3)


def test_enhance_with_strength_0_keeps_every_pixel(relume_, picture, tmp_path):
    source = picture(tmp_path / "in.tif", dtype=np.uint16, shape=(24, 32))
    assert relume_("enhance", source, "-o", tmp_path / "out.tif", "--strength", "0").code == 0
    assert (pixels(source) == pixels(tmp_path / "out.tif")).all()


def test_a_folder_goes_to_a_folder_and_folders_below_only_when_asked(relume_, picture, tmp_path):
    for name in ("a.png", "b.jpg", "deep/c.png", ".hidden.png"):
        picture(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    assert relume_("denoise", tmp_path / "in", "-o", tmp_path / "flat", "-m", "box").code == 0
    assert sorted(p.name for p in (tmp_path / "flat").glob("[!.]*")) == ["a.png", "b.jpg"]
    assert relume_("denoise", tmp_path / "in", "-o", tmp_path / "all", "-m", "box", "-r").code == 0
    assert sorted(str(p.relative_to(tmp_path / "all")) for p in (tmp_path / "all").rglob("[!.]*.*g")) == [
        "a.png",
        "b.jpg",
        "deep/c.png",
    ]


def test_the_output_inside_of_the_input_is_not_read_again(relume_, picture, tmp_path):
    picture(tmp_path / "a.png")
    for _ in range(2):
        said = relume_("denoise", tmp_path, "-o", tmp_path / "better", "-m", "box", "-r", "--json")
        assert [Path(line["source"]).name for line in said.json] == ["a.png"]


def test_pictures_and_folders_that_cannot_be_read_are_told_not_passed_over(relume_, picture, tmp_path, monkeypatch):
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.HEIC").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (tmp_path / "in" / "closed").mkdir()
    scandir = os.scandir

    def guarded(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    said = relume_("denoise", tmp_path / "in", "-o", tmp_path / "out", "-m", "box", "-r")
    assert said.code == 1
    assert said.err.splitlines() == [
        f"relume: {tmp_path / 'in' / 'b.HEIC'}: This is a HEIC picture, which is not read. Save it as AVIF, TIFF or "
        "JPEG first.",
        f"relume: {tmp_path / 'in' / 'closed'}: This folder cannot be read: Permission denied.",
    ]


def test_a_pattern_is_expanded_by_relume_too(relume_, picture, tmp_path):
    for name in ("a1.png", "a2.png", "b.png"):
        picture(tmp_path / name)
    said = relume_("denoise", tmp_path / "a*.png", "-o", tmp_path / "out", "-m", "box", "--json")
    assert [Path(line["target"]).name for line in said.json] == ["a1.png", "a2.png"]


@pytest.mark.parametrize("address", ["https://example.org/a.jpg", "http://example.org/a?size=[1]"])
def test_nothing_is_downloaded(relume_, tmp_path, address):
    said = relume_("denoise", address, "-o", tmp_path / "out.png", "-m", "box")
    assert said.code == 1
    assert said.err.endswith(": relume downloads nothing. Save the picture first, and name its file.\n")


def test_one_bad_picture_fails_alone_in_one_line_with_code_1(relume_, picture, tmp_path):
    picture(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"this is no picture at all")
    said = relume_("denoise", tmp_path, "nowhere.png", "-o", tmp_path / "out", "-m", "box", "--json")
    assert said.code == 1
    assert [line["status"] for line in said.json] == ["failed", "done", "failed"]
    first, second = said.err.splitlines()
    assert first.startswith(f"relume: {tmp_path / 'bad.png'}: This is no picture that relume can read")
    assert second == "relume: nowhere.png: There is no such file."
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [".relume-journal.jsonl", "good.png"]


def test_a_format_that_is_not_written_becomes_png_and_keeps_clear_of_its_neighbour(relume_, picture, tmp_path):
    PIL.Image.new("L", (8, 8)).save(tmp_path / "a.gif")
    picture(tmp_path / "a.png")
    said = relume_("denoise", tmp_path, "-o", tmp_path / "out", "-m", "box", "--json")
    assert said.code == 0
    assert [Path(line["target"]).name for line in said.json] == ["a_gif.png", "a.png"]


def test_two_pictures_that_would_become_one_file_are_not_both_written(relume_, picture, tmp_path):
    first, second = picture(tmp_path / "x" / "a.png"), picture(tmp_path / "y" / "a.png", seed=1)
    said = relume_("denoise", first, second, "-o", tmp_path / "out", "-m", "box", "--json")
    assert said.code == 1
    assert [line["status"] for line in said.json] == ["done", "failed"]
    assert said.err == f"relume: {second}: It would be written to {tmp_path / 'out' / 'a.png'}, as {first} is.\n"


def test_format_changes_the_ending_and_an_unknown_one_is_wrong_usage(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.png")
    assert relume_("denoise", source, "-o", tmp_path / "out/", "-m", "box", "-f", "jpeg").code == 0
    assert format_of(tmp_path / "out" / "a.jpg") == "JPEG"
    said = relume_("denoise", source, "-o", tmp_path / "out/", "-m", "box", "-f", "xcf")
    assert said.code == 2
    assert "xcf cannot be written. Formats: " in said.err


def test_a_deep_picture_becomes_an_8_bit_jpeg_only_when_asked(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.tif", dtype=np.uint16)
    said = relume_("denoise", source, "-o", tmp_path / "a.jpg", "-m", "box")
    assert said.code == 1
    assert "or let it be rounded: --depth 8" in said.err
    for name in ("a.jpg", "a.png"):
        assert relume_("denoise", source, "-o", tmp_path / name, "-m", "box", "--depth", "8").code == 0
    assert format_of(tmp_path / "a.jpg") == "JPEG"
    wanted = relume.denoise(source, model="box").pixels * 255
    assert pixels(tmp_path / "a.png").dtype == np.uint8
    assert np.abs(pixels(tmp_path / "a.png") - wanted).max() < 0.51
    assert relume_("denoise", source, "-o", tmp_path / "b.tif", "-m", "box", "--depth", "float").code == 0
    assert files.open(tmp_path / "b.tif").kept.depth == "float32"


def test_an_input_is_overwritten_only_when_asked(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.png")
    before = source.read_bytes()
    said = relume_("denoise", source, "-o", source, "-m", "box")
    assert said.code == 1
    assert said.err == f"relume: {source}: {source} is an input. Choose another place, or add --overwrite-input.\n"
    assert source.read_bytes() == before
    assert relume_("denoise", tmp_path, "-o", tmp_path, "-m", "box").code == 1
    assert source.read_bytes() == before
    assert relume_("denoise", source, "-o", source, "-m", "box", "--overwrite-input").code == 0
    assert source.read_bytes() != before


def test_a_file_in_the_way_of_a_folder_is_told(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.png")
    (tmp_path / "out").write_text("a file")
    said = relume_("denoise", source, "-o", tmp_path / "out" / "b.png", "-m", "box")
    assert said.code == 1
    assert said.err == (
        f"relume: {source}: {tmp_path / 'out'} should be a folder, but a file is in the way. Choose another place.\n"
    )


def test_a_link_to_an_input_is_an_input(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to(source)
    before = source.read_bytes()
    assert relume_("denoise", source, "-o", tmp_path / "b.png", "-m", "box").code == 1
    assert source.read_bytes() == before


def test_dry_run_says_what_and_writes_nothing(relume_, picture, tmp_path):
    source = picture(tmp_path / "a.png")
    said = relume_("denoise", source, "-o", tmp_path / "out/", "-m", "box", "--dry-run")
    assert said.out == f"{source} -> {tmp_path / 'out' / 'a.png'}\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("text", "gamma"), [("1.8", 1.8), ("null", None)])
def test_set_reaches_the_filter(relume_, picture, tmp_path, text, gamma):
    source, target = picture(tmp_path / "in.png"), tmp_path / "out.png"
    assert relume_("enhance", source, "-o", target, "-m", "gamma", "--set", f"gamma={text}").code == 0
    wanted = Gamma(gamma=gamma)(relume.open(source).pixels)
    assert (pixels(target) == np.rint(wanted * 255)).all()


@pytest.mark.parametrize("value", ["x", "true", "2.5"])
def test_what_the_filter_does_not_take_is_wrong_usage(shell, value):
    # In a process of its own: types are checked here, before the filter looks.
    done = shell("denoise", "a.png", "-o", "b.png", "-m", "median", "--set", f"radius={value}")
    assert done.returncode == 2
    assert b"Median needs radius to be a whole number from 0 to 16, but got " in done.stderr


@pytest.mark.parametrize(("text", "value"), [("1/0", "1/0"), ("inf", math.inf), ("a/b", "a/b"), ("-2", -2)])
def test_a_setting_is_a_number_where_it_can_be(text, value):
    assert read_settings([f"limit={text}"]) == {"limit": value}


def test_the_scale_is_not_set_twice(relume_):
    said = relume_("upscale", "a.png", "-o", "b.png", "--set", "scale=3")
    assert (said.code, said.err) == (2, "relume: How many times as large is said by --scale, not by --set.\n")


def test_once_as_large_is_no_upscaling(relume_):
    said = relume_("upscale", "a.png", "-o", "b.png", "--scale", "1")
    assert said.code == 2
    assert "--scale" in said.err


class TestUntouched:
    """Pictures without noise, which a denoiser leaves alone."""

    @pytest.fixture
    def clean(self, tmp_path):
        (tmp_path / "in").mkdir()
        for name in ("a", "b"):
            PIL.Image.new("RGB", (64, 64), (90, 120, 150)).save(tmp_path / "in" / f"{name}.png")
        return tmp_path / "in"

    def test_of_many_one_line_counts_them(self, relume_, clean, picture, tmp_path):
        picture(clean / "noisy.png", shape=(64, 64, 3))
        said = relume_("denoise", clean, "-o", tmp_path / "out", "-m", "nlm", "--json")
        assert [line["status"] for line in said.json] == ["unchanged", "unchanged", "done"]
        (line,) = said.err.splitlines()
        assert line.startswith("relume: 2 pictures: No noise was found")

    def test_a_single_one_is_named(self, relume_, clean, tmp_path):
        said = relume_("denoise", clean / "a.png", "-o", tmp_path / "a.png", "-m", "nlm")
        assert said.err.startswith(f"relume: {clean / 'a.png'}: No noise was found")
        assert said.err.count("\n") == 1

    @pytest.mark.parametrize("name", ["", "a.png"])
    def test_nothing_of_it_when_quiet(self, relume_, clean, tmp_path, name):
        assert relume_("denoise", clean / name, "-o", tmp_path / "out", "-m", "nlm", "-q").err == ""


def test_the_sum_names_what_there_was_only():
    report = Report(restored=3, unchanged=2, failed=1)
    assert re.fullmatch(r"3 restored, 2 left as they were, 1 failed \(\d+\.\d s\)\.", str(report))
    assert str(Report()).startswith("0 restored (")


class TestUsage:
    """Exit code 2, one line, nothing touched."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["a.png"], "Say where the result goes: -o FILE or -o FOLDER."),
            ([], "Missing argument 'FILE|FOLDER'"),
            (["a.png", "-o", "b.png", "--strength", "1.5"], "strength is a number from 0 to 1, but came as '1.5'."),
            (["a.png", "-o", "b.png", "--sigma", "25"], "Write 25/255 for 8-bit levels"),
            (["a.png", "-o", "b.png", "--sigma", "much"], "sigma is a number like 0.1 or 25/255"),
            (["a.png", "-o", "b.png", "--sigma", "1/0"], "sigma is a number like 0.1 or 25/255"),
            (["a.png", "-o", "b.png", "--memory-limit", "lots"], "a size looks like 2GB or 800MB"),
            (["a.png", "-o", "b.png", "--noise-type", "grain"], "'grain' is not one of"),
            (["a.png", "-o", "b.png", "--model", "medain"], "Did you mean 'median'?"),
            (["a.png", "b.png", "-o", "-", "--model", "box"], "Only one picture can be written to stdout"),
            (["-", "--json", "--model", "box"], "stdout carries the picture or the JSON, not both"),
            (["a.png", "b.png", "-o", "x.jpg", "--model", "box"], "x.jpg is a file's name. For a folder of that name"),
            (["a.png", "-o", "x.xyz", "--model", "box"], "which format to write, but .xyz was given"),
            (["a.png", "-o", "x.gif", "--model", "box"], "GIF holds 256 colours"),
            (["a.png", "-o", "b.png", "-f", "tif", "--model", "box"], "--format tif ask for two formats"),
            (["a.png", "-o", "b.png", "--depth", "12"], "depth is 8, 16 or float, but came as '12'. See: "),
            (["a.png", "-o", "b.png", "--chroma", "411"], "chroma is 4:4:4 or 4:2:0, but came as '411'. See: "),
            (
                ["a.png", "-o", "b.png", "-m", "median", "--set", "radius"],
                "--set takes NAME=VALUE, but came as 'radius'.",
            ),
            (["a.png", "-o", "b.png", "-m", "median", "--set", "radios=2"], "has no option 'radios'. Did you mean"),
            (
                ["a.png", "-o", "b.png", "--quality", "0"],
                "quality is a whole number from 1 to 100, but came as '0'. See: ",
            ),
            (["a.png", "-o", "b.png", "--strength", "x"], "strength is a number from 0 to 1, but came as 'x'."),
            (["a.png", "-o", "b.png", "--threads", "0"], "'--threads': at least 1 was expected. See: relume denoise"),
            (["a.png", "-o", "b.png", "--tile", "3.5"], "'--tile': a whole number was expected. See: relume denoise"),
            (
                ["a.png", "-o", "b.png", "--mask", "no.png"],
                "'--mask': there is no 'no.png'. See: relume denoise --help",
            ),
        ],
    )
    def test_tells_what_was_expected(self, relume_, arguments, message):
        said = relume_("denoise", *arguments)
        assert said.code == 2
        assert message in said.err
        assert said.err.startswith("relume: ")
        assert said.err.count("\n") == 1

    def test_several_pictures_do_not_go_to_one_file(self, relume_, picture, tmp_path):
        picture(tmp_path / "in" / "a.png")
        target = picture(tmp_path / "there.png")
        said = relume_("denoise", tmp_path / "in", "-o", target, "-m", "box")
        assert said.code == 2
        assert "Several pictures need a folder to go to, but" in said.err

    def test_an_unknown_command_is_guessed_at(self, relume_):
        said = relume_("denois")
        assert said.code == 2
        assert "Did you mean 'denoise'" in said.err


class TestResume:
    def lines(self, relume_, tmp_path, *more):
        said = relume_("denoise", tmp_path / "in", "-o", tmp_path / "out", "-m", "box", "--json", *more)
        assert said.code == 0
        return {Path(line["source"]).stem: line["status"] for line in said.json}

    @pytest.fixture
    def run(self, relume_, picture, tmp_path):
        for place, name in enumerate("abc"):
            picture(tmp_path / "in" / f"{name}.png", seed=place)
        assert set(self.lines(relume_, tmp_path).values()) == {"done"}
        return lambda *more: self.lines(relume_, tmp_path, *more)

    def test_what_is_done_is_skipped(self, run):
        assert run() == {"a": "skipped", "b": "skipped", "c": "skipped"}

    def test_a_changed_source_is_done_again(self, run, picture, tmp_path):
        picture(tmp_path / "in" / "b.png", seed=9)
        assert run() == {"a": "skipped", "b": "done", "c": "skipped"}

    def test_a_touched_source_is_not(self, run, tmp_path):
        os.utime(tmp_path / "in" / "b.png", (1, 1))
        assert run()["b"] == "skipped"

    def test_a_target_that_was_deleted_or_changed_is_done_again(self, run, tmp_path):
        (tmp_path / "out" / "a.png").unlink()
        (tmp_path / "out" / "c.png").write_bytes(b"something else")
        assert run() == {"a": "done", "b": "skipped", "c": "done"}

    def test_other_options_do_all_again(self, run):
        assert set(run("--strength", "0.5").values()) == {"done"}

    def test_other_settings_of_a_filter_do_all_again(self, run):
        assert set(run("--set", "radius=2").values()) == {"done"}
        assert set(run("--set", "radius=2").values()) == {"skipped"}
        assert set(run("--set", "radius=3").values()) == {"done"}

    def test_a_run_with_nothing_to_do_says_so_in_a_pipe(self, run, relume_, tmp_path):
        call = ("denoise", tmp_path / "in", "-o", tmp_path / "out", "-m", "box")
        assert re.fullmatch(r"relume: 3 done before \(\d+\.\d s\)\.\n", relume_(*call).err)
        assert relume_(*call, "--quiet").err == ""

    def test_again_does_all_again(self, run):
        assert set(run("--again").values()) == {"done"}

    def test_a_line_of_the_journal_that_was_cut_off_costs_that_picture_only(self, run, tmp_path):
        journal = tmp_path / "out" / ".relume-journal.jsonl"
        journal.write_bytes(journal.read_bytes()[:-9])
        assert run() == {"a": "skipped", "b": "skipped", "c": "done"}
        assert set(run().values()) == {"skipped"}

    def test_a_journal_of_nonsense_is_ignored(self, run, tmp_path):
        odd = b'{"target": [], "source": 1, "from": 1, "digest": 1, "made": 1, "options": 1}\n'
        (tmp_path / "out" / ".relume-journal.jsonl").write_bytes(b"\xff\x00\n[1]\n{}\nnull\n" + odd)
        assert set(run().values()) == {"done"}

    def test_a_source_that_changes_while_it_is_restored_is_done_again(self, run, picture, tmp_path, monkeypatch):
        source, reader = tmp_path / "in" / "b.png", files.reader

        def changed_behind(path, **options):
            opened = reader(path, **options)
            if path == source:
                picture(source, seed=7)
            return opened

        with monkeypatch.context() as patched:
            patched.setattr("relume.run.source.file_reader", changed_behind)
            assert set(run("--again").values()) == {"done"}
        assert run() == {"a": "skipped", "b": "done", "c": "skipped"}

    def test_a_folder_that_is_restored_in_place_is_restored_once(self, relume_, picture, tmp_path):
        source = picture(tmp_path / "in" / "a.png")
        call = ("denoise", tmp_path / "in", "-o", tmp_path / "in", "-m", "box", "--overwrite-input", "--json")
        assert [line["status"] for line in relume_(*call).json] == ["done"]
        once = source.read_bytes()
        assert [line["status"] for line in relume_(*call).json] == ["skipped"]
        assert source.read_bytes() == once

    def test_kill_9_leaves_no_half_file_and_the_rerun_does_the_rest(self, relume_, tmp_path):
        source, out = tmp_path / "in", tmp_path / "out"
        source.mkdir()
        for place in range(8):
            noise = np.random.default_rng(place).integers(0, 255, (120, 160, 3), np.uint8)
            PIL.Image.fromarray(noise).save(source / f"{place:02}.png")
        command = [sys.executable, "-m", "relume", "denoise", str(source), "-o", str(out), "-m", "bilateral"]
        running = subprocess.Popen(command)
        deadline = time.monotonic() + 30
        while len(list(out.glob("[0-9]*.png"))) < 2 and time.monotonic() < deadline and running.poll() is None:
            time.sleep(0.005)
        running.kill()
        running.wait()
        early = {path.name: path.stat().st_mtime_ns for path in out.glob("[0-9]*.png")}
        for name in early:
            assert pixels(out / name).shape == (120, 160, 3)
        said = relume_("denoise", source, "-o", out, "-m", "bilateral", "--json")
        assert said.code == 0
        assert (
            sum(line["status"] == "skipped" for line in said.json) >= len(early) - 1
        )  # killed before its line at worst
        assert relume_("denoise", source, "-o", tmp_path / "calm", "-m", "bilateral").code == 0
        for path in sorted((tmp_path / "calm").glob("*.png")):
            assert path.read_bytes() == (out / path.name).read_bytes()
        left = [path.name for path in out.iterdir()]
        assert sorted(left) == [".relume-journal.jsonl", *(f"{place:02}.png" for place in range(8))]


class TestStreams:
    def test_stdin_to_stdout_in_the_same_format(self, shell, picture, tmp_path):
        source = picture(tmp_path / "a.png")
        done = shell("denoise", "-", "--model", "median", input=source.read_bytes())
        assert (done.returncode, done.stderr) == (0, b"")
        result = PIL.Image.open(io.BytesIO(done.stdout))
        assert result.format == "PNG"
        assert (np.asarray(result) == relume.denoise(pixels(source), model="median")).all()

    def test_what_a_pipe_cannot_carry_is_told_on_stderr(self, shell, tmp_path):
        frames = [PIL.Image.fromarray(np.full((8, 8), level, np.uint8)) for level in (90, 200)]
        frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
        done = shell("denoise", "-", "--model", "box", input=(tmp_path / "a.gif").read_bytes())
        assert done.returncode == 0
        assert "relume: -: First of 2 frames." in done.stderr.decode().splitlines()
        assert PIL.Image.open(io.BytesIO(done.stdout)).format == "PNG"

    def test_stdin_to_a_file_and_a_file_to_stdout_in_another_format(self, shell, picture, tmp_path):
        source = picture(tmp_path / "a.png")
        done = shell("denoise", "-", "-o", tmp_path / "b.tif", "-m", "box", input=source.read_bytes())
        assert (done.returncode, done.stderr) == (0, b"")
        assert format_of(tmp_path / "b.tif") == "TIFF"
        done = shell("denoise", source, "-o", "-", "-m", "box", "-f", "webp")
        assert PIL.Image.open(io.BytesIO(done.stdout)).format == "WEBP"

    def test_nonsense_on_stdin_is_one_line_and_code_1(self, shell):
        done = shell("denoise", "-", "-m", "box", input=b"hello, this is no picture")
        assert done.returncode == 1
        assert done.stdout == b""
        assert done.stderr.startswith(b"relume: -: This is no picture that relume can read")
        assert done.stderr.count(b"\n") == 1

    def test_a_reader_that_went_away_is_no_traceback(self):
        ours, theirs = os.pipe()
        os.close(ours)
        command = [sys.executable, "-m", "relume", "models", "list", "--json"]
        done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
        os.close(theirs)
        assert (done.returncode, done.stderr) == (141, b"")

    def test_there_is_no_progress_in_a_pipe(self, shell, picture, tmp_path):
        picture(tmp_path / "in" / "a.png")
        done = shell("denoise", tmp_path / "in", "-o", tmp_path / "out", "-m", "box")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
    def test_there_is_progress_and_a_summary_on_a_terminal(self, picture, tmp_path):
        import pty

        for place in range(3):
            picture(tmp_path / "in" / f"{place}.png")
        ours, theirs = pty.openpty()
        command = [
            sys.executable,
            "-m",
            "relume",
            "denoise",
            str(tmp_path / "in"),
            "-o",
            str(tmp_path / "out"),
            "-m",
            "box",
        ]
        done = subprocess.run(command, stderr=theirs, stdout=subprocess.PIPE, check=False)
        shown = os.read(ours, 100_000).decode()
        os.close(ours)
        os.close(theirs)
        assert done.returncode == 0
        assert "of 3" in shown
        assert "relume: 3 restored (" in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_half_file_and_exits_130_in_one_line(number, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    PIL.Image.fromarray(noise).save(source / "00.png")
    for place in range(1, 60):
        shutil.copyfile(source / "00.png", source / f"{place:02}.png")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "relume", "denoise", str(source), "-o", str(out), "-m", "bilateral"]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while len(list(out.glob("[0-9]*.png"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    running.send_signal(number)
    told = running.communicate(timeout=30)[1]
    assert running.returncode == 130
    assert told == "relume: stopped. What was finished is kept; the same command goes on from there.\n"
    assert not [path.name for path in out.iterdir() if "part" in path.name]
    for path in out.glob("[0-9]*.png"):
        assert pixels(path).shape == (300, 400, 3)
