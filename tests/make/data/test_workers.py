import threading

from relume.make.data.workers import ahead, workers


def test_results_come_in_order_and_no_more_than_asked_wait():
    begun, lock = [], threading.Lock()

    def work(item):
        with lock:
            begun.append(item)
        return item * item

    with workers(2) as pool:
        results = ahead(pool, work, range(100), count=3)
        assert next(results) == 0
        pool.submit(lambda: None).result()
        assert len(begun) <= 4
        assert list(results) == [i * i for i in range(1, 100)]


def test_there_are_as_many_threads_as_asked_for():
    assert workers(3)._max_workers == 3
    assert 1 <= workers()._max_workers <= 8
