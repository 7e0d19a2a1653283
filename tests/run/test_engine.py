"""Many pictures at once are restored like one after the other; what fails, fails alone; nothing grows without bound."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.run.conftest import box_mean

import relume
from relume.errors import (
    BadInputError,
    RelumeError,
    ShapeMismatchError,
    StoppedError,
    UnknownOptionError,
    UnreadableFileError,
    WriteError,
)
from relume.image import Image
from relume.run.engine import AsyncEngine, Engine

TOLD = {"noise_type": "gaussian", "sigma": 0.0}


def pictures(count: int, *, side: int = 120) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.random((side + 7 * place, side + 50, 3), np.float32) for place in range(count)]


def test_many_equal_one_after_the_other_to_the_bit(models: Path) -> None:
    given = pictures(9)
    with Engine("denoise", model="mean", threads=2) as engine:
        together = list(engine.process(given, **TOLD))
    for picture, restored in zip(given, together, strict=True):
        np.testing.assert_array_equal(restored, relume.denoise(picture, model="mean", **TOLD))
        np.testing.assert_allclose(restored, box_mean(picture), atol=1e-5)


def test_batches_of_one_shape_give_the_same_pictures(models: Path) -> None:
    given = pictures(5)
    with Engine("denoise", model="mean", threads=2, batch_size=4) as engine:
        for picture, restored in zip(given, engine.process(given, **TOLD), strict=True):
            inside = slice(2, -2)  # tiles of one shape are filled up by mirroring, which the filter feels at the rim
            np.testing.assert_allclose(restored[inside, inside], box_mean(picture)[inside, inside], atol=1e-5)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "float32", "float64"])
def test_what_comes_back_is_what_was_handed_in(models: Path, kind: str) -> None:
    peak = {"uint8": 255, "uint16": 65535}.get(kind, 1)
    given = (np.random.default_rng(0).random((40, 50, 4)) * peak).astype(kind)
    with Engine("denoise", model="mean") as engine:
        (restored,) = engine.process([given], **TOLD)
    assert (restored.dtype, restored.shape) == (given.dtype, given.shape)
    np.testing.assert_allclose(restored[..., 3], given[..., 3], rtol=1e-7 if kind == "float64" else 0)
    wanted = box_mean((given[..., :3] / peak).astype(np.float32))
    np.testing.assert_allclose(restored[..., :3] / peak, wanted, atol=0.51 / peak + 1e-5)


def test_strength_0_changes_no_bit(models: Path) -> None:
    given = np.random.default_rng(0).random((200, 130, 3)) * 3 - 1
    np.testing.assert_array_equal(relume.denoise(given, model="mean", strength=0), given)
    with Engine("denoise", model="mean") as engine:
        (restored,) = engine.process([given], strength=0)
    np.testing.assert_array_equal(restored, given)


def test_pictures_are_taken_only_as_they_are_needed(models: Path) -> None:
    taken: list[int] = []

    def sources() -> Iterator[np.ndarray]:
        for place, picture in enumerate(pictures(40, side=30)):
            taken.append(place)
            yield picture

    with Engine("denoise", model="mean", threads=1) as engine:
        results = engine.process(sources(), **TOLD)
        next(results)
        time.sleep(0.2)
        assert len(taken) <= 4
        assert len(list(results)) == 39


def test_a_bad_picture_fails_in_its_turn_and_alone(models: Path) -> None:
    good = pictures(3, side=30)
    with Engine("denoise", model="mean") as engine:
        results = engine.process([good[0], b"no picture", good[1]], **TOLD)
        assert next(results).shape == good[0].shape
        with pytest.raises(UnreadableFileError):
            next(results)
        assert next(results).shape == good[1].shape
        with pytest.raises(StopIteration):
            next(results)


def test_files_to_files(models: Path, tmp_path: Path) -> None:
    paths = []
    for place, picture in enumerate(pictures(3, side=30)):
        paths.append(tmp_path / f"{place}.png")
        Image.from_array((picture * 65535).astype(np.uint16)).save(paths[-1])
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    sources = [paths[0], tmp_path / "broken.png", tmp_path / "missing.png", paths[2]]
    rows: list[tuple[str, int, int]] = []
    with Engine("denoise", model="mean") as engine:
        pairs = [(source, tmp_path / "out" / source.name) for source in sources]
        (tmp_path / "out").mkdir()
        outcomes = list(engine.restore_files(pairs, on_progress=lambda *done: rows.append(done), **TOLD))
    assert [outcome.error is None for outcome in outcomes] == [True, False, False, True]
    assert [Path(outcome.source).name for outcome in outcomes] == [source.name for source in sources]
    assert all(isinstance(outcome.error, RelumeError | None) for outcome in outcomes)
    assert sorted(entry.name for entry in (tmp_path / "out").iterdir()) == ["0.png", "2.png"]
    restored = relume.open(tmp_path / "out" / "0.png")
    assert restored.kept.depth == "uint16"
    np.testing.assert_allclose(restored.pixels, box_mean(relume.open(paths[0]).pixels), atol=1e-5 + 0.5 / 65535)
    assert rows[-1][1] == rows[-1][2]
    assert outcomes[0].details["model"] == "mean"


def test_a_target_that_cannot_be_written_is_an_outcome(models: Path, tmp_path: Path) -> None:
    Image.from_array(pictures(1, side=20)[0]).save(tmp_path / "in.tif")
    with Engine("denoise", model="mean") as engine:
        (outcome,) = engine.restore_files([(tmp_path / "in.tif", tmp_path / "nowhere" / "out.tif")], **TOLD)
    assert isinstance(outcome.error, WriteError)


def test_closing_in_the_middle_leaves_no_file(models: Path, tmp_path: Path) -> None:
    Image.from_array(pictures(1, side=1500)[0]).save(tmp_path / "in.tif")
    begun = threading.Event()
    with Engine("denoise", model="mean") as engine:
        pairs = [(tmp_path / "in.tif", tmp_path / f"out{place}.tif") for place in range(3)]
        results = engine.restore_files(pairs, on_progress=lambda *_: begun.set(), **TOLD)
        thread = threading.Thread(target=lambda: list(results))
        thread.start()
        assert begun.wait(30)
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.endswith("part")] == []


def test_a_closed_engine_says_so(models: Path) -> None:
    engine = Engine("denoise", model="mean")
    engine.close()
    with pytest.raises(StoppedError, match="The engine is closed. Open a new one"):
        next(engine.process(pictures(1), **TOLD))


def test_closing_twice_is_no_harm(models: Path) -> None:
    with Engine("denoise", model="mean") as engine:
        engine.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size is 1 or more, not 0"),
        ({"threads": -1}, "threads is 1 or more, not -1"),
        ({"memory_limit": "much"}, "memory_limit is a size such as 2GB or 800MB, not 'much'"),
        ({"device": "abacus"}, "device is auto, cpu"),
        ({"precision": "int3"}, "mean has fp32, not precision 'int3'"),
    ],
)
def test_a_wrong_option_is_said_before_anything_starts(models: Path, options: dict[str, Any], message: str) -> None:
    before = threading.active_count()
    with pytest.raises(BadInputError, match=message):
        Engine("denoise", model="mean", **options)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"strength": 2}, "strength goes from 0"),
        ({"noise_type": "pink"}, "noise_type is auto, gaussian, poisson, salt_pepper, real_world, not 'pink'"),
        ({"sigma": 25}, r"sigma is in \[0, 1\] units \(the usual 25 is 25/255\), but came as 25"),
    ],
)
def test_a_wrong_wish_is_said(models: Path, wish: dict[str, Any], message: str) -> None:
    with Engine("denoise", model="mean") as engine, pytest.raises(BadInputError, match=message):
        engine.process(pictures(1), **wish)


def test_many_async_calls_keep_their_order_and_their_number_is_bounded(models: Path) -> None:
    given = [np.full((24, 24, 3), place / 400, np.float32) for place in range(400)]

    async def go() -> tuple[list[Any], int]:
        most = 0
        async with AsyncEngine("denoise", model="mean", threads=2) as engine:

            async def one(picture: np.ndarray) -> Any:
                nonlocal most
                result = await engine.process(picture, **TOLD)
                most = max(most, len(engine._pool._open))
                return result

            results = await asyncio.gather(*(one(picture) for picture in given))
        return results, most

    results, most = asyncio.run(go())
    for picture, restored in zip(given, results, strict=True):
        np.testing.assert_allclose(restored[4:-4, 4:-4], picture[4:-4, 4:-4], atol=1e-6)
    assert most <= 4


def test_one_bad_async_call_fails_alone(models: Path) -> None:
    async def go() -> list[Any]:
        async with AsyncEngine("denoise", model="mean") as engine:
            calls = [
                engine.process(thing, **TOLD) for thing in (*pictures(2, side=20), b"no picture", np.zeros((5, 5)))
            ]
            return await asyncio.gather(*calls, return_exceptions=True)

    results = asyncio.run(go())
    assert [isinstance(result, RelumeError) for result in results] == [False, False, True, False]


def test_a_cancelled_async_call_leaves_and_the_engine_goes_on(models: Path) -> None:
    async def go() -> Any:
        async with AsyncEngine("denoise", model="mean", threads=1) as engine:
            large = asyncio.create_task(engine.process(np.zeros((3000, 3000, 3), np.float32), **TOLD))
            await asyncio.sleep(0.2)
            large.cancel()
            with pytest.raises(asyncio.CancelledError):
                await large
            return await engine.process(pictures(1, side=20)[0], **TOLD)

    assert asyncio.run(go()).shape == (20, 70, 3)


def test_a_thing_that_is_no_picture_is_refused(models: Path) -> None:
    with Engine("denoise", model="mean") as engine, pytest.raises((BadInputError, ShapeMismatchError)):
        list(engine.process([np.zeros((4, 4, 7), np.uint8)], **TOLD))


def test_a_mistake_of_our_own_ends_one_picture_not_the_run(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        Image.from_array(pictures(1, side=20)[0]).save(tmp_path / name, depth="uint8")
    from relume.run import prepare as module

    def broken(*_: Any) -> Any:
        monkeypatch.setattr(module, "WHOLE", real_limit)
        raise ZeroDivisionError("a bug")

    real_limit = module.WHOLE
    monkeypatch.setattr(module, "sample", broken)
    monkeypatch.setattr(module, "WHOLE", 0)
    with Engine("denoise", model="mean", threads=1) as engine:
        pairs = [(tmp_path / name, tmp_path / f"out-{name}") for name in ("a.png", "b.png")]
        first, second = engine.restore_files(pairs)
    assert "ZeroDivisionError: a bug. This is a mistake of relume's own" in str(first.error)
    assert second.error is None


def at_once(work: Callable[[], Any], *, seconds: float = 20) -> Any:
    """What `work` returns; a failure, not a hanging test run, where it waits for ever."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert answers, "it waits for ever"
    return answers[0]


def test_results_that_nobody_takes_do_not_block_the_engine(models: Path) -> None:
    with Engine("denoise", model="mean", threads=1) as engine:
        next(engine.process(pictures(9, side=20), **TOLD))  # and the rest is forgotten
        assert len(at_once(lambda: list(engine.process(pictures(4, side=20), **TOLD)))) == 4


def test_two_runs_may_be_read_in_turns(models: Path) -> None:
    with Engine("denoise", model="mean", threads=1, memory_limit=30_000_000) as engine:
        monthly = pictures(5, side=1000)
        left, right = engine.process(monthly, **TOLD), engine.process(monthly, **TOLD)
        for one, other in at_once(lambda: list(zip(left, right, strict=True))):
            np.testing.assert_array_equal(one, other)


def test_what_is_no_picture_fails_in_its_turn_and_alone(models: Path) -> None:
    good = pictures(2, side=20)
    with Engine("denoise", model="mean") as engine:
        results = engine.process([good[0], None, np.zeros((4, 4, 7), np.uint8), good[1]], **TOLD)
        assert next(results).shape == good[0].shape
        for message in ("a NoneType came", r"it is \(4, 4, 7\)"):
            with pytest.raises(BadInputError, match=message):
                next(results)
        assert next(results).shape == good[1].shape


def broken_after(things: list[Any]) -> Iterator[Any]:
    yield from things
    raise KeyError("the caller's own mistake")


def test_a_mistake_in_the_sources_is_raised_in_its_turn(models: Path, tmp_path: Path) -> None:
    good = pictures(2, side=20)
    Image.from_array(good[0]).save(tmp_path / "in.tif")
    with Engine("denoise", model="mean") as engine:
        results = engine.process(broken_after(good), **TOLD)
        assert [next(results).shape for _ in good] == [picture.shape for picture in good]
        with pytest.raises(KeyError, match="own mistake"):
            next(results)
        assert list(results) == []
        outcomes = engine.restore_files(broken_after([(tmp_path / "in.tif", tmp_path / "out.tif")]), **TOLD)
        assert next(outcomes).error is None
        with pytest.raises(KeyError, match="own mistake"):
            next(outcomes)


def test_results_that_wait_to_be_taken_are_bounded_in_bytes(models: Path) -> None:
    """Two megapixels are 24 MB as floats, and as much again where an array is read."""
    given = [np.zeros((1000, 2000, 3), np.uint8)] * 8
    with Engine("denoise", model="mean", threads=2, memory_limit=100_000_000) as engine:
        results = engine.process(given, strength=0.5, **TOLD)
        next(results)

        def made() -> int:
            return sum(order.future.done() for order in results._started)

        until = time.monotonic() + 20
        while made() < 2 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.5)
        assert made() == 2
        assert len(at_once(lambda: list(results))) == 7


def test_leaving_a_run_of_files_cancels_what_was_begun(models: Path, tmp_path: Path) -> None:
    Image.from_array(pictures(1, side=900)[0]).save(tmp_path / "in.tif")
    with Engine("denoise", model="mean", threads=1) as engine:
        outcomes = engine.restore_files([(tmp_path / "in.tif", tmp_path / f"{n}.tif") for n in range(3)], **TOLD)
        next(outcomes)
        outcomes.close()
        time.sleep(0.5)
        left = {entry.name for entry in tmp_path.iterdir() if entry.is_file()}
    assert left in ({"in.tif", "0.tif"}, {"in.tif", "0.tif", "1.tif"})


def test_closing_while_a_picture_is_looked_at_leaves_no_part_file(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relume.run import pool

    Image.from_array(pictures(1, side=50)[0]).save(tmp_path / "in.tif")
    looking, closed = threading.Event(), threading.Event()
    real = pool.prepare

    def slow(*arguments: Any) -> Any:
        looking.set()
        closed.wait(5)
        return real(*arguments)

    monkeypatch.setattr(pool, "prepare", slow)
    engine = Engine("denoise", model="mean", threads=1)
    results = engine.restore_files([(tmp_path / "in.tif", tmp_path / "out.tif")], **TOLD)
    thread = threading.Thread(target=lambda: list(results))
    thread.start()
    assert looking.wait(5)
    threading.Timer(0.3, closed.set).start()
    engine.close()
    thread.join(5)
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["in.tif"]


class Fails:
    """A session that cannot take pictures darker than 0.1."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def run(self, image: np.ndarray, inputs: dict[str, np.ndarray]) -> np.ndarray:
        if image.mean(axis=(1, 2, 3)).min() < 0.1:
            raise ZeroDivisionError("too dark")
        return self._session.run(image, inputs)

    def stop(self) -> None: ...


def test_a_tile_that_fails_in_a_batch_fails_its_own_picture_only(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from relume.run import store

    real = store.Model.open
    monkeypatch.setattr(store.Model, "open", lambda self, **options: Fails(real(self, **options)))
    given = [np.full((40, 40, 3), light, np.float32) for light in (0.5, 0.0, 0.7, 0.6)]
    with Engine("denoise", model="mean", threads=1, batch_size=4) as engine:
        results = engine.process(given, **TOLD)
        assert next(results).mean() == pytest.approx(0.5, abs=0.05)
        with pytest.raises(ZeroDivisionError, match="too dark"):
            next(results)
        assert [round(float(result.mean()), 1) for result in results] == [0.7, 0.6]


def test_no_memory_for_one_picture_is_an_outcome_that_says_what_to_do(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from relume.run import pool

    def none_left(*_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(pool, "prepare", none_left)
    with Engine("denoise", model="mean") as engine:
        (outcome,) = engine.restore_files([(tmp_path / "in.png", tmp_path / "out.png")])
    assert "does not fit into memory. Lower memory_limit or tile_size" in str(outcome.error)


def test_a_progress_report_that_fails_fails_its_picture_only(models: Path, tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        Image.from_array(pictures(1, side=50)[0]).save(tmp_path / name)

    def report(name: str, done: int, of: int) -> None:
        if name.endswith("a.tif"):
            raise KeyError("progress")

    with Engine("denoise", model="mean") as engine:
        pairs = [(tmp_path / name, tmp_path / f"out-{name}") for name in ("a.tif", "b.tif")]
        first, second = engine.restore_files(pairs, on_progress=report, **TOLD)
    assert "KeyError" in str(first.error)
    assert second.error is None
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["a.tif", "b.tif", "out-b.tif"]


def test_async_calls_cancelled_before_their_turn_leave_nothing(models: Path) -> None:
    async def go() -> Any:
        async with AsyncEngine("denoise", model="mean", threads=1) as engine:
            calls = [asyncio.create_task(engine.process(picture, **TOLD)) for picture in pictures(12, side=200)]
            await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended)
            last = await engine.process(pictures(1, side=20)[0], **TOLD)
            return last.shape, len(engine._pool._open)

    assert asyncio.run(go()) == ((20, 70, 3), 0)


def test_a_result_that_cannot_be_finished_fails_alone(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from relume.run.source import ImageWriter

    real = ImageWriter.image

    def image(self: ImageWriter) -> Image:
        finished = real(self)
        if finished.height == 20:
            raise MemoryError
        return finished

    monkeypatch.setattr(ImageWriter, "image", image)
    given = pictures(2, side=20)
    with Engine("denoise", model="mean") as engine:
        results = engine.process(given, **TOLD)
        with pytest.raises(MemoryError):
            next(results)
        assert next(results).shape == given[1].shape


def test_a_file_with_nothing_to_change_is_copied_byte_for_byte(models: Path, tmp_path: Path) -> None:
    """Encoding a JPEG anew would lose a little each time, though "nothing" was done."""
    smooth = np.linspace(0, 255, 200 * 160 * 3).reshape(200, 160, 3).astype(np.uint8)
    Image.from_array(smooth).save(tmp_path / "in.jpg", quality=80)
    given = (tmp_path / "in.jpg").read_bytes()
    with Engine("denoise", model="mean") as engine:
        targets = [tmp_path / "auto.jpg", tmp_path / "zero.jpg", tmp_path / "bytes.jpg"]
        (auto,) = engine.restore_files([(tmp_path / "in.jpg", targets[0])])
        (zero,) = engine.restore_files([(tmp_path / "in.jpg", targets[1])], strength=0)
        (read,) = engine.restore_files([(given, targets[2])], strength=0)
        (other,) = engine.restore_files([(tmp_path / "in.jpg", tmp_path / "other.png")], strength=0)
        (asked,) = engine.restore_files([(tmp_path / "in.jpg", tmp_path / "asked.jpg")], strength=0, quality=50)
        (done,) = engine.restore_files([(tmp_path / "in.jpg", tmp_path / "done.jpg")], **TOLD)
    assert [target.read_bytes() == given for target in targets] == [True, True, True]
    assert [one.unchanged for one in (auto, zero, read, other, asked, done)] == [True] * 5 + [False]
    np.testing.assert_array_equal(relume.open(tmp_path / "other.png").pixels, relume.open(tmp_path / "in.jpg").pixels)
    assert len((tmp_path / "asked.jpg").read_bytes()) < len(given)


def test_a_copy_does_not_write_over_what_stands_there(models: Path, tmp_path: Path) -> None:
    Image.from_array(np.zeros((40, 40, 3), np.uint8)).save(tmp_path / "in.png")
    (tmp_path / "out.png").write_bytes(b"precious")
    with Engine("denoise", model="mean") as engine:
        (outcome,) = engine.restore_files([(tmp_path / "in.png", tmp_path / "out.png")], strength=0, overwrite=False)
    assert isinstance(outcome.error, WriteError)
    assert (tmp_path / "out.png").read_bytes() == b"precious"


def test_an_image_carries_the_note_that_nothing_was_done(models: Path) -> None:
    clean = Image.from_array(np.full((300, 300, 3), 0.5, np.float32))
    assert "No noise was found" in relume.denoise(clean, model="mean").kept.notes[-1]
    with Engine("denoise", model="mean") as engine:
        (restored,) = engine.process([clean])
    assert "No noise was found" in restored.kept.notes[-1]


def test_a_filters_own_settings_are_taken(models: Path) -> None:
    (picture,) = pictures(1, side=30)
    with Engine("denoise", model="box", settings={"radius": 2}) as engine:
        (wide,) = engine.process([picture])
    np.testing.assert_array_equal(wide, relume.denoise(picture, model="box", radius=2))
    inside = slice(3, -3)
    np.testing.assert_allclose(wide[inside, inside], box_mean(picture)[inside, inside], atol=1e-5)
    assert np.abs(wide - relume.denoise(picture, model="box", radius=1)).max() > 0.01


def test_an_unknown_setting_is_answered_with_those_there_are(models: Path) -> None:
    with pytest.raises(UnknownOptionError, match=r"Model 'box' has no option 'radios'. Did you mean 'radius'\?"):
        Engine("denoise", model="box", settings={"radios": 2})
    with pytest.raises(UnknownOptionError, match="Model 'mean' has no option 'radius'. Its options: none"):
        relume.denoise(np.zeros((4, 4)), model="mean", radius=2)


FORGOTTEN = """
import numpy as np
import relume
engine = relume.Engine("denoise", threads=2)
noisy = np.random.default_rng(0).random((700, 700, 3), np.float32)
for restored in engine.process([noisy] * 6, sigma=0.1, noise_type="gaussian"):
    break
print("left")
"""


def test_an_engine_that_nobody_closed_lets_the_interpreter_end_in_peace():
    done = subprocess.run([sys.executable, "-c", FORGOTTEN], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "left\n", "")
