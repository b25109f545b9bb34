"""JSON to lsprotocol's types, as strict as the protocol and as lenient as editors need.

lsprotocol coerces (`5` becomes a text, `"5"` a line number) and refuses a whole `initialize` for one member that it
does not know (openlawlibrary/pygls#326).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cattrs
from lsprotocol import types
from pygls.protocol import default_converter

from ccds_ls.lsp.capabilities import position_encoding

_MAX = 2**31 - 1


def converter() -> cattrs.Converter:
    """pygls' converter without the coercions."""
    strict: cattrs.Converter = default_converter()
    # Each is asked for the enumerations among its subclasses, too, which take what they know.
    strict.register_structure_hook(
        str, lambda value, kind: expect(value, str) if kind is str else kind(value)
    )
    strict.register_structure_hook(bool, lambda value, _: expect(value, bool))
    strict.register_structure_hook(int, lambda value, kind: _integer(value) if kind is int else kind(value))
    strict.register_structure_hook(types.Position, lambda value, _: _position(value))
    return strict


def expect(value: object, kind: type) -> Any:  # noqa: ANN401 - of that kind
    """The value itself. Raises TypeError where it is of another kind."""
    if not isinstance(value, kind):
        raise TypeError(kind.__name__)
    return value


def _integer(value: object) -> int:
    """An integer, which some editors write with a fraction of zero."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool):
        raise TypeError("int")
    number: int = expect(value, int)
    return number


def _position(value: Any) -> types.Position:  # noqa: ANN401 - any JSON
    """A position; a number beyond the protocol's range, which some editors use for the end, is the last."""
    return types.Position(min(_integer(value["line"]), _MAX), min(_integer(value["character"]), _MAX))


def tolerable(params: object, structure: cattrs.Converter, tell: Callable[[str], None]) -> dict[str, Any]:
    """The parameters of `initialize` without ill-typed members, told by name: a server that starts is worth more.

    Raises TypeError or KeyError where there are no capabilities at all.
    """
    given: dict[str, Any] = expect(params, dict)
    capabilities: dict[str, Any] = expect(given["capabilities"], dict)

    def fits(part: dict[str, Any]) -> bool:
        try:
            structure.structure({"capabilities": {}, **part}, types.InitializeParams)
        except Exception as error:
            tell(f"Parameters of initialize were ignored: {what_is_wrong(error)}.")
            return False
        return True

    if fits(given):
        return given
    others = {name: value for name, value in given.items() if name != "capabilities" and fits({name: value})}
    kept = {name: value for name, value in capabilities.items() if fits({"capabilities": {name: value}})}
    encoding = {"positionEncodings": [position_encoding(capabilities)]}
    return {**others, "capabilities": {"general": encoding, **kept}}


def what_is_wrong(error: Exception) -> str:
    """Where a value does not fit, without a word of what it is."""
    places = cattrs.transform_error(error, format_exception=lambda *_: "")
    return "wrong or missing at " + ", ".join(place.removeprefix(" @ ") for place in places[:3])
