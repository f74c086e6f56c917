"""Who may drive along a street of Overture Maps, as tags of OpenStreetMap."""

from typing import Any, Final

import numpy as np

_ONE_WAY: Final = {"forward": "yes", "backward": "-1"}
_FOR_CARS: Final = frozenset({"car", "motor_vehicle", "vehicle"})


def tags_of_rules(rules: Any) -> dict[str, str]:
    """What the rules of a cell ``access_restrictions`` say of cars; nothing where they let all of them pass.

    The last rule that holds decides. What holds by the hour, by weight or for those who have a permit is no
    rule for everyone; what closes a direction on a part of a street closes it there as well, and what closes
    a part to all counts as open, as where a program has joined ways.
    """
    said = dict.fromkeys(_ONE_WAY, "")
    for rule in _items(rules):
        when = (rule.get("when") if isinstance(rule, dict) else None) or {}
        value = _value(rule, when) if isinstance(rule, dict) and isinstance(when, dict) else None
        if value is not None:
            said |= dict.fromkeys([it for it in _ONE_WAY if when.get("heading") in (it, None)], value)
    ways = [it for it in _ONE_WAY if said[it] != "no"]
    if not ways:
        return {"access": "no"}
    one_way = {"oneway": _ONE_WAY[ways[0]]} if len(ways) == 1 else {}
    return one_way | ({"access": "destination"} if all(said[it] for it in ways) else {})


def _value(rule: dict[str, Any], when: dict[str, Any]) -> str | None:
    """What one rule makes of access, empty if it opens; ``None`` where it is none for all cars."""
    modes, using = ({str(it) for it in _items(when.get(key))} for key in ("mode", "using"))
    some = when.get("during") or len(_items(when.get("vehicle"))) or len(_items(when.get("recognized")))
    if some or (modes and modes.isdisjoint(_FOR_CARS)):
        return None
    if rule.get("access_type") == "denied":
        in_part = len(_items(rule.get("between"))) and when.get("heading") is None
        return None if using or in_part else "no"
    if using:
        return "destination" if "at_destination" in using else None
    return ""


def _items(cell: Any) -> Any:
    """The items of a list, as JSON or Arrow has it; none of anything else."""
    return cell if isinstance(cell, list | tuple | np.ndarray) else ()
