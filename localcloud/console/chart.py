"""A shift as a picture: the planned share as a line, what users really got as an area, and marks."""

from localcloud.console.html import element, words
from localcloud.console.traffic import Point, Shift

WIDTH, HEIGHT = 600, 110
TOP, BOTTOM, LEFT, RIGHT = 16, 92, 4, 596


def chart(shift: Shift) -> str:
    """Inline SVG; empty while there is nothing to draw."""
    points = shift.points
    if len(points) < 2:
        return ""
    scale = _Scale(points[0].at, max(points[-1].at, points[0].at + 1))
    drawn = [
        element("path", d=_area(points, scale), class_="real"),
        element("path", d=_failures(points, scale), class_="failed"),
        element("path", d=_line(points, scale), class_="planned"),
        *(_mark(row, *mark, scale) for row, mark in enumerate(_marks(shift))),
        _text(LEFT, HEIGHT - 4, "0 s"),
        _text(RIGHT, HEIGHT - 4, f"{scale.seconds:.0f} s", anchor="end"),
        _text(LEFT, TOP - 4, "100%"),
    ]
    now = points[-1]
    told = f"{now.planned:.0%} planned"
    told += f", {now.real:.0%} of the last answers" if now.real is not None else ""
    title = element("title", words(f"Share of version {_version(shift)}: {told}"))
    svg = title + "".join(drawn)
    return element("svg", svg, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", class_="chart")


class _Scale:
    def __init__(self, first: float, last: float) -> None:
        self._first = first
        self.seconds = last - first

    def x(self, at: float) -> float:
        share = min(1.0, max(0.0, (at - self._first) / self.seconds))
        return LEFT + share * (RIGHT - LEFT)

    def y(self, share: float) -> float:
        return BOTTOM - share * (BOTTOM - TOP)


def _line(points: list[Point], scale: _Scale) -> str:
    """In steps: a share stays until it changes."""
    path = f"M{LEFT} {scale.y(points[0].planned):.1f}"
    for point in points[1:]:
        path += f"H{scale.x(point.at):.1f}V{scale.y(point.planned):.1f}"
    return path


def _area(points: list[Point], scale: _Scale) -> str:
    known = [point for point in points if point.real is not None]
    if not known:
        return ""
    path = f"M{scale.x(known[0].at):.1f} {BOTTOM}"
    for point in known:
        path += f"L{scale.x(point.at):.1f} {scale.y(point.real or 0):.1f}"
    return path + f"L{scale.x(known[-1].at):.1f} {BOTTOM}Z"


def _failures(points: list[Point], scale: _Scale) -> str:
    """A tick at the bottom wherever answers of the new version failed."""
    return "".join(
        f"M{scale.x(point.at):.1f} {BOTTOM}v-{4 + 10 * point.failed:.0f}"
        for point in points
        if point.failed
    )


def _marks(shift: Shift) -> list[tuple[float, str, str]]:
    """What happened when: checks, the alarm or whatever ended it, the rollback."""
    names = {"BeforeAllowTraffic": "checks before", "AfterAllowTraffic": "checks after"}
    found = []
    for event in shift.deployment.events:
        if event.ended_at and event.name in names:
            good = event.status == "Succeeded"
            found.append((event.ended_at, names[event.name], "good" if good else "bad"))
    deployment = shift.deployment
    if deployment.error and deployment.completed_at:
        alarm = "ALARM" in deployment.error.get("code", "")
        found.append((deployment.completed_at, "alarm" if alarm else "stopped", "bad"))
    if shift.rollback and shift.rollback.completed_at:
        found.append((shift.rollback.completed_at, "rolled back", "bad"))
    return found


def _mark(row: int, at: float, text: str, kind: str, scale: _Scale) -> str:
    """Its words in a row of their own, so that none covers another's."""
    x = scale.x(at)
    anchor = "end" if x > WIDTH * 0.8 else "start"
    line = element("path", d=f"M{x:.1f} {TOP}V{BOTTOM}")
    label = _text(x + (-3 if anchor == "end" else 3), TOP + 9 + 12 * row, text, anchor)
    return element("g", line + label, class_=f"mark {kind}")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return element("text", words(text), x=f"{x:.1f}", y=f"{y}", text_anchor=anchor)


def _version(shift: Shift) -> str:
    return str(shift.deployment.function.get("targetVersion", "?"))
