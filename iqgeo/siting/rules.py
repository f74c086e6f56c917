"""Which sites stand already, must open, may not open; and checking what a caller asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iqgeo.errors import InputError, Problem
from iqgeo.siting.counts import Count


@dataclass(frozen=True)
class SiteRules:
    """What is given before anything is chosen; sites are numbers 0..n_sites-1.

    Parameters
    ----------
    existing : tuple[int, ...]
        Sites that stand already and stay; they do not count as new.
    require : tuple[int, ...]
        Sites that must be among the new ones; they count.
    forbid : tuple[int, ...]
        Sites that may not be opened.
    groups : tuple[tuple[int, ...], ...]
        Sets of sites of which each must hold at least one open site, existing or new (one set for
        each district, say).
    """

    existing: tuple[int, ...] = ()
    require: tuple[int, ...] = ()
    forbid: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()

    @property
    def opened(self) -> list[int]:
        """Sites open in every answer: existing and required."""
        return sorted({*self.existing, *self.require})

    @property
    def required_new(self) -> list[int]:
        """Required sites that do not stand yet."""
        return sorted(set(self.require) - set(self.existing))

    def candidates(self, n_sites: int) -> list[int]:
        """Sites that may be opened, required ones included.

        Parameters
        ----------
        n_sites : int
            Number of sites.

        Returns
        -------
        list[int]
            Ascending.
        """
        return sorted(set(range(n_sites)) - set(self.existing) - set(self.forbid))

    def open_counts(self) -> list[Count]:
        """A count for each group that no open site fills yet."""
        opened, barred = set(self.opened), set(self.forbid)
        return [
            Count(frozenset(group) - barred, 1, len(group))
            for group in self.groups
            if not opened & set(group)
        ]

    def problems(self, n_sites: int) -> list[Problem]:
        """Everything wrong with the rules.

        Parameters
        ----------
        n_sites : int
            Number of sites.

        Returns
        -------
        list[Problem]
            Empty if nothing is.
        """
        found = []
        named = [("existing", self.existing), ("require", self.require), ("forbid", self.forbid)]
        named += [("groups", group) for group in self.groups]
        for name, sites in named:
            for site in sorted({site for site in sites if not 0 <= site < n_sites}):
                details = {"list": name, "limit": n_sites - 1}
                found.append(Problem("siting_unknown_site", value=str(site), details=details))
        for code, sites in (
            ("siting_required_and_forbidden", self.require),
            ("siting_existing_and_forbidden", self.existing),
        ):
            found += [Problem(code, value=str(site)) for site in sorted(set(sites) & set(self.forbid))]
        return found


@dataclass(frozen=True)
class PlaceRules:
    """What is given of the sites served on days: which must be among them, and which may not.

    A required one is served on days, not opened; a forbidden one may still open as an office.

    Attributes
    ----------
    require : tuple[int, ...]
        Sites that must be served on days.
    forbid : tuple[int, ...]
        Sites that may not.
    """

    require: tuple[int, ...] = ()
    forbid: tuple[int, ...] = ()

    def problems(self, n_sites: int, rules: SiteRules, places: int | None) -> list[Problem]:
        """Everything wrong with them beside the rules for offices.

        Parameters
        ----------
        n_sites : int
            Number of sites.
        rules : SiteRules
            The rules for offices.
        places : int | None
            How many places are asked for at most; ``None``: any number.

        Returns
        -------
        list[Problem]
            Empty if nothing is.
        """
        found = [
            Problem("siting_unknown_site", value=str(site), details={"list": name, "limit": n_sites - 1})
            for name, sites in (("require", self.require), ("forbid", self.forbid))
            for site in sorted(set(sites))
            if not 0 <= site < n_sites
        ]
        must = set(self.require)
        for code, sites in (
            ("siting_required_and_forbidden", {*self.forbid, *rules.forbid}),
            ("siting_place_is_office", {*rules.existing, *rules.require}),
        ):
            found += [Problem(code, value=str(site)) for site in sorted(must & sites)]
        if places is not None and 0 <= places < len(must):
            details = {"required": len(must)}
            found.append(Problem("siting_required_places", value=str(places), details=details))
        return found


def check_request(
    n_sites: int, rules: SiteRules, new: int | Sequence[int] | None, more: Iterable[Problem] = ()
) -> None:
    """Raise `InputError` with everything wrong with a request for ``new`` sites."""
    problems = [*rules.problems(n_sites), *more]
    candidates = len(rules.candidates(n_sites))
    if candidates == 0:
        problems.append(Problem("siting_no_candidates"))
    for number in [] if new is None else [new] if isinstance(new, int) else new:
        if number < 0:
            problems.append(Problem("siting_new_negative", value=str(number)))
        elif candidates and number > candidates:
            details = {"candidates": candidates}
            problems.append(Problem("siting_new_too_many", value=str(number), details=details))
    highest = new if isinstance(new, int) else None if new is None else max(new, default=0)
    if highest is not None and 0 <= highest < len(rules.required_new):
        details = {"required": len(rules.required_new)}
        problems.append(Problem("siting_required_too_many", value=str(highest), details=details))
    if problems:
        raise InputError(problems)
