"""The store of the application that a request came to."""

from typing import Annotated

from fastapi import Depends, Request

from facility_coverage_api.store.store import Store


async def store_of(request: Request) -> Store:
    """Return the store.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    Store
        Opened when the application started.
    """
    found: Store = request.app.state.store
    return found


Held = Annotated[Store, Depends(store_of)]
