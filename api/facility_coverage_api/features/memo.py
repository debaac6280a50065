"""What was made once and is asked for again, up to a number of things."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Keeps the values that were asked for last; threads may share it.

    Parameters
    ----------
    size
        How many values it keeps.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = RLock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key.

        Parameters
        ----------
        key
            What it is known by.
        make
            Makes it when it is not there; one thread at a time.

        Returns
        -------
        Value
            The value.
        """
        with self._lock:
            if key not in self._values:
                self._values[key] = make()
                if len(self._values) > self._size:
                    self._values.popitem(last=False)
            self._values.move_to_end(key)
            return self._values[key]
