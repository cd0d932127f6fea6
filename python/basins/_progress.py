"""A bar by tqdm, where it is installed."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def shown(wanted: bool | None, total: Any) -> Iterator[Callable[[int, int], None] | None]:
    """What is told of progress: networks that are finished, and net-epochs of work."""
    bar = None if wanted is False else _bar(wanted, total)
    if bar is None:
        yield None
        return

    def tell(networks: int, net_epochs: int) -> None:
        bar.set_postfix_str(f"{net_epochs:.3g} net-epochs", refresh=False)
        bar.update(networks - bar.n)

    with bar:
        yield tell


def _bar(wanted: bool | None, total: Any) -> Any:
    try:
        with warnings.catch_warnings():
            # Without ipywidgets it draws with letters, and says so each time.
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        if wanted:
            raise
        return None
    if not wanted and not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        return None
    count = None if total is None or isinstance(total, str) else int(total)
    # Of short runs none is seen.
    return tqdm(total=count, unit=" networks", unit_scale=True, delay=0.5, leave=False)
