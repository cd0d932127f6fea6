"""Keywords as words of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np

# Flags of the command line that have no meaning here, and why.
NOT_TAKEN = {
    "json": "the result holds it",
    "print_config": "it is for the command line",
    "quiet": "nothing is printed",
    "verbose": "nothing is printed",
}


def words(verb: str, options: Mapping[str, Any], arguments: Iterable[Any] = ()) -> list[str]:
    """A verb, its flags and its arguments, as a shell would hand them over."""
    flags = [word for name, value in options.items() for word in flag(name, value)]
    return [verb, *flags, *(text(argument) for argument in arguments)]


def flag(name: str, value: Any) -> list[str]:
    """One keyword; nothing for None and for a switch that is off."""
    if name in NOT_TAKEN:
        raise TypeError(f"{name}= is not taken here: {NOT_TAKEN[name]}")
    dashed = "--" + name.replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [dashed]
    if name == "vary":
        return [f"{dashed}={setting}" for setting in varied(value)]
    if name == "fix" and not isinstance(value, str):
        return [f"{dashed}={text(one)}" for one in value]
    return [f"{dashed}={text(value)}"]


def text(value: Any) -> str:
    """A value as it is typed: numbers plainly, lists with commas between."""
    if isinstance(value, (str, os.PathLike)):
        return os.fspath(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Real):
        # A float that is a whole number is one: nets=1e6.
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**63 else repr(number)
    if isinstance(value, Iterable):
        return ",".join(text(one) for one in value)
    raise TypeError(f"{value!r} is neither a number nor text nor a list of these")


def varied(value: Any) -> list[str]:
    """What a sweep goes through: settings as text, or by name with their values."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping):
        return [text(setting) for setting in value]
    return [f"{name.replace('_', '-')}={values(each)}" for name, each in value.items()]


def values(each: Any) -> str:
    """Values of a setting: a range as text, or a list; those with commas of their own are parted by semicolons."""
    if isinstance(each, str):
        return each
    texts = [text(one) for one in each]
    return (";" if any("," in one for one in texts) else ",").join(texts)
