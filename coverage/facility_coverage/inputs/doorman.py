"""Looks at every response of a server before anybody else does: what is no answer is not kept."""

import re
from typing import Any

from facility_coverage.errors import SourceError
from facility_coverage.inputs.endpoints import host_of
from facility_coverage.words import Remark

LONGEST_PAUSE_S = 300.0
"""A server that asks for more patience than this is left in peace."""
MAX_WAITS = 60
"""How often a server may say that it is busy with our last question: five minutes."""

_OK = 200
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_WAIT = re.compile(r"in (\d+) seconds")
_SHOWN = 120


class NotNowError(Exception):
    """The server may answer later.

    Attributes
    ----------
    reason
        What it answers instead.
    pause_s
        How long it asks to wait; 0 where it says nothing.
    """

    def __init__(self, reason: Remark, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.pause_s = reason, pause_s


class Doorman:
    """A hook of requests for the answers to one question."""

    def __init__(self) -> None:
        self._waits = 0

    def __call__(self, response: Any, **_options: object) -> None:  # noqa: ANN401  (requests)
        """Refuse a response that is no answer.

        Parameters
        ----------
        response
            Of requests.
        **_options
            What else requests hands over; not needed.

        Raises
        ------
        NotNowError
            The server is busy, stopped midway or sent something else.
        SourceError
            It refuses the question.
        """
        try:
            self._look_at(response)
        except (NotNowError, SourceError):
            response.close()
            raise

    def _look_at(self, response: Any) -> None:  # noqa: ANN401  (requests)
        """Refuse a response by its status, then by what it holds."""
        status = response.status_code
        if status in _BUSY:
            after = response.headers.get("Retry-After", "")
            reason = Remark("answers {status}", status=status)
            raise NotNowError(reason, float(after) if after.isdecimal() else 0.0)
        if status != _OK:
            msg = (
                "{host}: answers {status}; name another server with --overpass or --nominatim, or "
                "cut the study out of an extract with --from-pbf"
            )
            raise SourceError(msg, host=host_of(response.url), status=status)
        path = response.url.partition("?")[0]
        if path.endswith("/status"):
            self._look_at_status(response.text)
        else:
            _look_at_answer(response, dict if path.endswith("/interpreter") else list)

    def _look_at_status(self, text: str) -> None:
        """Refuse to wait for a server without end."""
        self._waits += "available now" not in text
        waits = [float(seconds) for seconds in _WAIT.findall(text)]
        longest_s = min(waits, default=0.0)
        if self._waits > MAX_WAITS or longest_s > LONGEST_PAUSE_S:
            raise NotNowError(Remark("has no free slot"), longest_s)


def _look_at_answer(response: Any, wanted: type) -> None:  # noqa: ANN401  (requests)
    """Refuse what is no JSON of the kind wanted, and an answer that stops midway."""
    no_data = Remark("answers with something else than data")
    try:
        answer = response.json()
    except ValueError as error:
        raise NotNowError(no_data) from error
    if not isinstance(answer, wanted):
        raise NotNowError(no_data)
    if isinstance(answer, dict) and "remark" in answer:
        told = " ".join(str(answer["remark"]).split())[:_SHOWN]
        raise NotNowError(Remark("stopped midway ({told})", told=told))
