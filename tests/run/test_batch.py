import threading
import time

from relume.run.batch import Batcher


def test_batches_hold_one_shape_and_keep_the_order() -> None:
    batcher: Batcher[int] = Batcher(size=3, room=10)
    for item in range(8):
        batcher.put(item, shape=(item % 2,))
    assert [batcher.get() for _ in range(4)] == [[0, 2, 4], [1, 3, 5], [6], [7]]


def test_a_full_queue_makes_the_giver_wait() -> None:
    batcher: Batcher[int] = Batcher(size=1, room=2)
    given: list[int] = []

    def give() -> None:
        for item in range(5):
            batcher.put(item, shape=(1,))
            given.append(item)

    thread = threading.Thread(target=give)
    thread.start()
    time.sleep(0.1)
    assert given == [0, 1]
    assert [batcher.get() for _ in range(5)] == [[0], [1], [2], [3], [4]]
    thread.join(timeout=5)
    assert given == [0, 1, 2, 3, 4]


def test_a_batch_waits_a_moment_for_what_fills_it() -> None:
    batcher: Batcher[int] = Batcher(size=2, room=4)
    batcher.put(0, shape=(1,))
    threading.Timer(0.005, lambda: batcher.put(1, shape=(1,))).start()
    assert batcher.get() == [0, 1]


def test_closing_lets_everybody_go() -> None:
    batcher: Batcher[int] = Batcher(size=1, room=1)
    answers: list[object] = []
    takers = [threading.Thread(target=lambda: answers.append(batcher.get())) for _ in range(3)]
    for taker in takers:
        taker.start()
    batcher.close()
    for taker in takers:
        taker.join(timeout=5)
    assert answers == [None, None, None]
    batcher.put(1, shape=(1,))  # dropped, and does not wait
    batcher.put(2, shape=(1,))
    assert batcher.get() is None
