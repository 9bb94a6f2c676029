"""`{{resolve:ssm:name}}` in a template's properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
"""

import re

from localcloud import clients
from localcloud.cloudformation.template import Json, TemplateError

_REFERENCE = re.compile(r"\{\{resolve:([\w-]+):([^}]+)\}\}")


def without_references(value: Json) -> Json:
    """The value with what is held elsewhere in the place of each reference. Raises TemplateError."""
    if isinstance(value, list):
        return [without_references(item) for item in value]
    if isinstance(value, dict):
        return {key: without_references(inner) for key, inner in value.items()}
    return _REFERENCE.sub(_held, value) if isinstance(value, str) else value


def _held(found: re.Match[str]) -> str:
    service, name = found.groups()
    if service != "ssm":
        raise TemplateError(f"The local cloud does not resolve {found.group(0)} yet.")
    answer = clients.client("ssm").get_parameters(Names=[name])["Parameters"]
    if not answer or answer[0]["Type"] == "SecureString":
        # AWS does not document the text.
        raise TemplateError(f"{found.group(0)} names no parameter of type String or StringList.")
    return str(answer[0]["Value"])
