"""What refers to what in a template, and the order that follows from it."""

from collections.abc import Mapping

from localcloud.cloudformation.template import SUBSTITUTION, Json, TemplateError


def references(value: Json) -> set[str]:
    """Names of everything that a value refers to, by Ref, GetAtt or Sub."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(str(inner))
        elif key == "Fn::GetAtt":
            found.add(inner.split(".")[0] if isinstance(inner, str) else str(inner[0]))
        elif key == "Fn::Sub":
            text = inner if isinstance(inner, str) else inner[0]
            found |= {
                name.strip().split(".")[0]
                for literal, name in SUBSTITUTION.findall(text)
                if not literal
            }
        found |= references(inner)
    return found


def in_order(resources: Mapping[str, Json]) -> list[str]:
    """Resource names, each after everything it depends on. Raises TemplateError on a circle."""
    needed = {name: needs(body, resources) for name, body in resources.items()}
    ordered: list[str] = []
    while len(ordered) < len(needed):
        ready = [n for n, before in needed.items() if n not in ordered and before <= set(ordered)]
        if not ready:
            circle = sorted(set(needed) - set(ordered))
            raise TemplateError(f"Circular dependency between resources: [{', '.join(circle)}]")
        ordered += ready
    return ordered


def needs(body: Mapping[str, Json], resources: Mapping[str, Json]) -> frozenset[str]:
    """Names of the resources that must be there before this one."""
    found = (
        references(body.get("Properties"))
        | references(body.get("UpdatePolicy"))
        | _depends_on(body)
    )
    return frozenset(found & set(resources))


def _depends_on(body: Mapping[str, Json]) -> set[str]:
    named = body.get("DependsOn") or []
    return {named} if isinstance(named, str) else set(named)
