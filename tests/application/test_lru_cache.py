"""The cache that drops what was used least recently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from practicum.application.lru_cache import LruCache


def test_drops_the_value_used_least_recently() -> None:
    """Reading a value counts as using it."""
    cache: LruCache[int] = LruCache(2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)

    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)


def test_replaces_the_value_of_a_key() -> None:
    """Which takes no further room."""
    cache: LruCache[int] = LruCache(2)
    for value in range(3):
        cache.put("a", value)
    cache.put("b", 9)

    assert (cache.get("a"), cache.get("b")) == (2, 9)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=60), st.integers(1, 4))
def test_agrees_with_a_list_in_order_of_use(operations: list[tuple[str, bool]], size: int) -> None:
    """Whatever is put and read, in whatever order."""
    cache: LruCache[str] = LruCache(size)
    order: list[str] = []
    for key, puts in operations:
        if puts:
            cache.put(key, key)
            order = [*(known for known in order if known != key), key][-size:]
        else:
            assert cache.get(key) == (key if key in order else None)
            order = [*(known for known in order if known != key), key] if key in order else order


def test_threads_may_share_it() -> None:
    """None of them meets an error, and the size is kept."""
    cache: LruCache[int] = LruCache(3)

    def use(number: int) -> None:
        cache.put(str(number % 7), number)
        cache.get(str(number % 5))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(2_000)))

    assert sum(cache.get(str(number)) is not None for number in range(7)) == 3
