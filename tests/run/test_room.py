import gc
import threading

from relume.run.room import Room


class Order:
    """Whoever takes room."""


def waits(room: Room, order: Order, size: int) -> threading.Thread:
    thread = threading.Thread(target=room.take, args=(order, size), daemon=True)
    thread.start()
    thread.join(0.1)
    return thread


def test_one_has_room_however_large_and_the_next_waits_until_it_is_given_back() -> None:
    room, first, second = Room(100), Order(), Order()
    room.take(first, 1000)
    thread = waits(room, second, 1)
    assert thread.is_alive()
    room.give(first)
    thread.join(5)
    assert not thread.is_alive()


def test_several_fit_up_to_the_limit() -> None:
    room, orders = Room(100), [Order() for _ in range(3)]
    room.take(orders[0], 60)
    room.take(orders[1], 40)
    assert waits(room, orders[2], 1).is_alive()


def test_what_somebody_waits_for_gets_room_and_so_does_what_stands_before_it() -> None:
    room, held, before, wanted = Room(100), Order(), Order(), Order()
    room.take(held, 100)
    thread = waits(room, before, 50)
    room.want(wanted)
    thread.join(5)
    assert not thread.is_alive()
    room.take(wanted, 50)  # does not wait
    assert waits(room, Order(), 1).is_alive()  # the wish is fulfilled: the bound holds again


def test_wanting_what_has_room_lifts_no_bound() -> None:
    room, held = Room(100), Order()
    room.take(held, 100)
    room.want(held)
    assert waits(room, Order(), 1).is_alive()


def test_what_is_forgotten_takes_no_room() -> None:
    room, forgotten = Room(100), Order()
    room.take(forgotten, 100)
    del forgotten
    gc.collect()
    room.take(Order(), 100)  # does not wait


def test_closing_lets_everybody_go() -> None:
    room, held = Room(100), Order()
    room.take(held, 100)
    thread = waits(room, Order(), 1)
    room.close()
    thread.join(5)
    assert not thread.is_alive()
