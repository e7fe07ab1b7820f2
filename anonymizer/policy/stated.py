"""Rules as named values, as a file, a release, a certificate and a stored proof state them, and back.

A rule that is not in force is not stated, but for those that every policy has. So what was stated when there were fewer rules
says the same now.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from anonymizer.errors import PolicyUnreadable
from anonymizer.policy.rules import Cost, Dominance, Policy, Sensitive
from anonymizer.policy.selection import Selection

__all__ = ["policy_from", "stated"]

PLAIN: Final[Mapping[str, type]] = {
    "threshold": int,
    "contributors": int,
    "group_low": int,
    "keep_totals": float,
    "zero_cost": float,
    "hide_grand_total": bool,
    "version": str,
    "presence": bool,
    "complements": bool,
    "own_knowledge": int,
}
ALWAYS: Final = ("threshold", "contributors", "group_low", "keep_totals", "zero_cost", "hide_grand_total")
OF_DOMINANCE: Final[Mapping[str, type]] = {"largest": int, "share": float, "within": float}
OF_SENSITIVE: Final[Mapping[str, type]] = {
    "codes": dict,
    "threshold": int,
    "presence": bool,
    "group": bool,
    "interval": list,
}
OF_COST: Final[Mapping[str, type]] = {"dimension": str, "level": int, "times": float, "recent": float}
EMPTY: Final[Mapping[str, object]] = {"interval": [], "dominance": {}}
"""How a rule is switched off for one table."""
LISTS: Final = ("sensitive", "structural_zero", "cost")


def stated(policy: Policy) -> dict[str, Any]:
    """The rules in force, as plain values that JSON and TOML can hold."""
    rules = {name: getattr(policy, name) for name in ALWAYS} | _differing(policy, Policy())
    if policy.table:
        own = replace(policy, table=())
        rules["table"] = {name: _differing(each, own) for name, each in policy.table}
    return rules


def policy_from(given: Mapping[str, object], path: Path) -> Policy:
    """The rules of named values; `path` says where they are from. Raises `PolicyUnreadable`."""
    try:
        policy = _with_rules(Policy(), {name: rule for name, rule in given.items() if name != "table"})
        tables = _fitting("table", given.get("table", {}), dict)
        own = tuple((name, _for_table(policy, name, rules)) for name, rules in sorted(tables.items()))
        return replace(policy, table=own)
    except ValueError as error:
        raise PolicyUnreadable(path=path, reason=str(error)) from None


def _for_table(policy: Policy, name: str, given: object) -> Policy:
    rules = _fitting(f"table.{name}", given, dict)
    for rule in {"version", "own_knowledge"} & rules.keys():
        raise ValueError(f"{rule} is that of the whole policy, and not of table.{name}")
    try:
        return _with_rules(policy, rules)
    except ValueError as error:
        raise ValueError(f"table.{name}: {error}") from None


def _with_rules(base: Policy, given: Mapping[str, Any]) -> Policy:
    """The base with the rules given in place of its own."""
    return replace(base, **{name: _rule(name, value) for name, value in given.items()})


def _rule(name: str, value: object) -> Any:
    if name in PLAIN:
        return _fitting(name, value, PLAIN[name])
    if name == "interval":
        return _interval(_fitting(name, value, list))
    if name == "dominance":
        rules = _entries(name, value, OF_DOMINANCE)
        return Dominance(**rules) if rules else None
    if name not in LISTS:
        raise ValueError(f"there is no rule called {name}")
    entries = _fitting(name, value, list)
    return tuple(_entry(name, entry) for entry in entries)


def _entry(name: str, given: object) -> Selection | Sensitive | Cost:
    if name == "structural_zero":
        return _selection(name, given)
    if name == "cost":
        return Cost(**({"dimension": ""} | _entries(name, given, OF_COST)))
    rules = _entries(name, given, OF_SENSITIVE)
    where, interval = _selection("codes", rules.pop("codes", {})), _interval(rules.pop("interval", []))
    return Sensitive(where, **rules, interval=interval)


def _interval(given: list[object]) -> tuple[int, int] | None:
    """An interval's two ends; None where it has none."""
    ends = [_fitting("an end of interval", end, int) for end in given]
    if len(ends) not in {0, 2}:
        raise ValueError("interval is two numbers, from and to")
    return (ends[0], ends[1]) if ends else None


def _selection(name: str, given: object) -> Selection:
    """Codes by dimension: one, or a list, where "*" is every code of the dimension."""
    named = _fitting(name, given, dict)
    lists = {dimension: codes if isinstance(codes, list) else [codes] for dimension, codes in named.items()}
    for dimension, codes in lists.items():
        if not codes or not all(isinstance(code, str) and code for code in codes):
            raise ValueError(f"the codes of {dimension} are texts, one or a list of them")
    return Selection(tuple((name, () if codes == ["*"] else tuple(codes)) for name, codes in sorted(lists.items())))


def _entries(name: str, given: object, kinds: Mapping[str, type]) -> dict[str, Any]:
    rules = _fitting(name, given, dict)
    for key in rules:
        if key not in kinds:
            raise ValueError(f"{name} has no {key}, but {', '.join(kinds)}")
    return {key: _fitting(f"{key} of {name}", value, kinds[key]) for key, value in rules.items()}


def _fitting(name: str, value: object, kind: type) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{name} is not of the kind {kind.__name__}")
    return value


def _differing(policy: Policy, base: Policy) -> dict[str, Any]:
    """What has to be stated beside a base to say this policy; tables apart."""
    rules = [*PLAIN, "interval", "dominance", *LISTS]
    found = {name: getattr(policy, name) for name in rules if getattr(policy, name) != getattr(base, name)}
    return {name: EMPTY[name] if rule is None else _plain(rule) for name, rule in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Selection):
        return {dimension: list(codes) or "*" for dimension, codes in value.codes}
    if isinstance(value, Sensitive):
        own = {"threshold": value.threshold, "presence": value.presence, "group": value.group, "interval": value.interval}
        return {"codes": _plain(value.where)} | {name: _plain(rule) for name, rule in own.items() if rule not in {None, False}}
    if isinstance(value, Cost):
        told = {"level": value.level, "times": value.times} if value.recent == 1.0 else {"recent": value.recent}
        return {"dimension": value.dimension} | told
    if isinstance(value, Dominance):
        return asdict(value)
    return value
