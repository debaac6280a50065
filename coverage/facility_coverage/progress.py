"""How long work tells the outside where it stands."""

from typing import Protocol


class Progress(Protocol):
    """Receives the stage that starts and the share of the whole that is done."""

    def __call__(self, stage: str, done_share: float) -> None:
        """Take note of a stage.

        Parameters
        ----------
        stage
            Message id of the stage in the word catalogue, such as ``"Reading streets"``.
        done_share
            Share of the whole work that is finished, 0 to 1.
        """


def silent(stage: str, done_share: float) -> None:
    """Ignore progress.

    Parameters
    ----------
    stage
        Name of the stage.
    done_share
        Share of the whole work that is finished, 0 to 1.
    """
