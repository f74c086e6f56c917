"""How far a long step has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from iqgeo.texts import Lang, text


@dataclass(frozen=True)
class Progress:
    """A step of building or loading roads: ``done`` of ``total`` units (``total`` is None where unknown).

    ``step`` names the sentence ``roads.progress.<step>``; ``details`` fills its placeholders.
    """

    step: str
    done: int
    total: int | None = None
    details: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, lang: Lang = "de") -> str:
        """Say what is being done, one line."""
        return text(f"roads.progress.{self.step}", lang, **self.details)

    @property
    def share(self) -> float | None:
        """What is done of all, 0 to 1; ``None`` where the whole is not known."""
        return min(1.0, self.done / self.total) if self.total else None


ProgressCallback = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Take a progress report and show nothing."""
