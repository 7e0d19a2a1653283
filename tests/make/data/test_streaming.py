import threading

import numpy as np
import pytest
import torch
from tests.make.data.made import noise, write

from relume.errors import UnreadableFileError
from relume.make.data.decode import Decoder
from relume.make.data.opening import Reading, open_data
from relume.make.data.streaming import EXPECTED, Cache

BUDGET = 20_000  # two of the folder's pictures


def both(folder, **options):
    """The same folder streamed and resident."""
    streamed = open_data(folder.parent, [folder.name], reading=Reading(memory_limit=BUDGET, workers=3), **options)
    return streamed, open_data(folder.parent, [folder.name], **options)


def rng(seed):
    return np.random.default_rng(seed)


def test_crops_splits_and_digest_are_those_of_the_same_pictures_in_memory(folder):
    streamed, resident = both(folder)
    assert type(streamed) is not type(resident)
    assert streamed.digest() == resident.digest()
    assert streamed.names == resident.names
    for seed in range(8):
        assert torch.equal(streamed.crops(5, 16, rng=rng(seed)).clean, resident.crops(5, 16, rng=rng(seed)).clean)
    assert [part.names for part in streamed.split(every=3)] == [part.names for part in resident.split(every=3)]
    a, b = (data.part([2, 0]).crops(3, 16, rng=rng(0)).clean for data in (streamed, resident))
    assert torch.equal(a, b)


def test_pairs_stream_too(tmp_path):
    for i in range(3):
        small = noise(i, 3, 20, 24)
        write(tmp_path / "set" / "degraded" / f"{i}.png", small)
        write(tmp_path / "set" / "clean" / f"{i}.png", small.repeat(2, axis=1).repeat(2, axis=2))
    streamed, resident = both(tmp_path / "set", layout="pairs")
    assert (streamed.paired, streamed.scale) == (True, 2)
    a, b = (data.crops(9, 16, rng=rng(0)) for data in (streamed, resident))
    assert torch.equal(a.clean, b.clean)
    assert torch.equal(a.degraded, b.degraded)
    assert streamed.digest() == resident.digest()


def test_what_was_expected_is_not_decoded_again_and_gives_the_same_crops(folder):
    streamed, resident = both(folder)
    for step in range(EXPECTED + 3):  # the last three are beyond what is begun
        streamed.expect(4, 16, rng=rng(step))
        streamed.expect(4, 16, rng=rng(step))
    assert len(streamed._expected) == EXPECTED
    for futures in streamed._expected.values():
        [future.result() for future in futures]
    asked, streamed.cache.get = streamed.cache.get, None
    first = [streamed.crops(4, 16, rng=rng(step)).clean for step in range(EXPECTED)]
    streamed.cache.get = asked
    last = [streamed.crops(4, 16, rng=rng(step)).clean for step in range(EXPECTED, EXPECTED + 3)]
    expected = [resident.crops(4, 16, rng=rng(step)).clean for step in range(EXPECTED + 3)]
    assert all(torch.equal(a, b) for a, b in zip([*first, *last], expected, strict=True))
    assert not streamed._expected


def test_decoded_pictures_keep_to_the_budget_and_the_oldest_go_first(folder):
    decoded = []

    class Watching(Decoder):
        def __call__(self, picture):
            decoded.append(picture.name)
            return Decoder()(picture)

    pictures = [pair.clean for pair in both(folder)[0].pairs]
    cache = Cache(Watching(), BUDGET)
    for index in (0, 1, 0, 2, 0, 1):  # 6,000, 9,216 and 8,910 bytes: the third drives out the second
        cache.get(pictures[index])
        assert cache.used <= BUDGET
    assert [name[-5] for name in decoded] == ["0", "1", "2", "1"]
    tiny = Cache(Decoder(), 10)
    assert tiny.get(pictures[0]).shape == (3, 40, 50)
    assert tiny.used == 0


def test_threads_that_want_one_picture_decode_it_once(folder):
    calls, together = [], threading.Barrier(4)

    class Slow(Decoder):
        def __call__(self, picture):
            calls.append(picture)
            return Decoder()(picture)

    streamed = both(folder)[0]
    cache = Cache(Slow(), BUDGET)

    def ask():
        together.wait()
        cache.get(streamed.pairs[0].clean)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_a_picture_that_breaks_while_training_is_named_each_time(folder):
    streamed = both(folder)[0]
    whole = (folder / "3.png").read_bytes()
    (folder / "3.png").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        with pytest.raises(
            UnreadableFileError, match=r'photos/3.png cannot be trained on. .* --skip-broken \(broken="skip"'
        ):
            streamed.crops(60, 8, rng=rng(0))
    with pytest.raises(UnreadableFileError, match=r"photos/3.png cannot be trained on"):
        streamed.digest()


def test_crops_are_handed_over_on_the_device(folder):
    streamed = both(folder)[0].to("meta")
    assert streamed.crops(2, 8, rng=rng(0)).clean.device.type == "meta"
