"""Every error that the program raises on purpose.

FacilityCoverageError                  code          HTTP  exit
├─ InputError(…, ValueError)           input          422     2
│  ├─ SchemaError    columns, ids      schema         422     2
│  ├─ CrsError       missing, degrees  crs            422     2
│  └─ GeometryError  empty, invalid    geometry       422     2
├─ NotFoundError(…, LookupError)       not-found      404     3
├─ UnreachableError  nothing snaps     unreachable    422     4
├─ InfeasibleError   no plan exists    infeasible     409     5
├─ LimitError        too large         limit          413     6
├─ SourceError(…, OSError)             source         502     7
└─ DoubtError     --strict stops here  doubt          422     10

A message is one line: what was wrong, the value, where, and how to mend it. It waits for its
language: ``str(error)`` is English, ``error.told("zh")`` Chinese, from the catalogue in ``words``.
The library raises; only the faces (command line, HTTP) catch. Anything else that escapes is a
defect: exit 1, HTTP 500.
"""

from facility_coverage.words import Language, Remark


class FacilityCoverageError(Exception):
    """Base of all errors above; catch it to catch everything that the program foresees.

    Parameters
    ----------
    *faults
        What is wrong, a line each: remarks, or the id of one message.
    **values
        What to fill into that message.
    """

    code = "error"
    http_status = 500
    exit_code = 1

    def __init__(self, *faults: Remark | str, **values: object) -> None:
        super().__init__(
            *(fault if isinstance(fault, Remark) else Remark(fault, **values) for fault in faults)
        )

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What is wrong, a remark each."""
        return self.args

    def told(self, language: Language) -> str:
        """Return the message in a language.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            A line for each fault.
        """
        return "\n".join(remark.told(language) for remark in self.remarks)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.told("en")


class InputError(FacilityCoverageError, ValueError):
    """What the user handed over cannot be used as it is."""

    code = "input"
    http_status = 422
    exit_code = 2


class SchemaError(InputError):
    """A table or layer lacks a column, repeats an id or holds a value outside its contract."""

    code = "schema"


class CrsError(InputError):
    """A coordinate reference system is missing, unknown, or in degrees where metres are needed."""

    code = "crs"


class GeometryError(InputError):
    """A geometry is empty, invalid or of the wrong type."""

    code = "geometry"


class NotFoundError(FacilityCoverageError, LookupError):
    """A file, standard or column that was named does not exist."""

    code = "not-found"
    http_status = 404
    exit_code = 3


class UnreachableError(FacilityCoverageError):
    """Nothing that was handed over lies within the off-street limit of a street."""

    code = "unreachable"
    http_status = 422
    exit_code = 4


class InfeasibleError(FacilityCoverageError):
    """No plan satisfies what was asked."""

    code = "infeasible"
    http_status = 409
    exit_code = 5


class LimitError(FacilityCoverageError):
    """The request is larger than a named limit."""

    code = "limit"
    http_status = 413
    exit_code = 6


class DoubtError(FacilityCoverageError):
    """The inputs can be used, but may not be what the study says; only ``--strict`` minds."""

    code = "doubt"
    http_status = 422
    exit_code = 10


class SourceError(FacilityCoverageError, OSError):
    """A source outside the user's hands (disk, download, installation) failed."""

    code = "source"
    http_status = 502
    exit_code = 7


class ToldWarning(UserWarning):
    """A warning that waits for its language.

    Parameters
    ----------
    remark
        What happened.
    """

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark)
        self.remark = remark

    def told(self, language: Language) -> str:
        """Return the warning in a language.

        Parameters
        ----------
        language
            ``"en"`` or ``"zh"``.

        Returns
        -------
        str
            One line.
        """
        return self.remark.told(language)

    def __str__(self) -> str:
        """Return the warning in English."""
        return self.told("en")


def one_line(error: BaseException) -> str:
    """Return what a library says of a failure, in one line.

    Parameters
    ----------
    error
        What it raised.

    Returns
    -------
    str
        Its words with single blanks between them.
    """
    return " ".join(str(error).split())
