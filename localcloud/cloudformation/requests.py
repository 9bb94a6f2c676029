"""What a request asks a stack to become: its template, its parameters, what was acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from localcloud import clients
from localcloud.cloudformation.capabilities import require_iam
from localcloud.cloudformation.parameters import parameter_texts, parameter_values
from localcloud.cloudformation.stack import Stack, Wanted
from localcloud.cloudformation.template import TemplateError, read, transforms_of, without_sam
from localcloud.wire import AwsError, Params


@dataclass(frozen=True)
class Request:
    """A template as it was sent, with its parameters known."""

    text: str
    template: dict[str, Any]
    texts: Mapping[str, str]
    values: Mapping[str, Any]
    capabilities: tuple[str, ...]

    @property
    def transforms(self) -> list[str]:
        return transforms_of(self.template)


def request_of(params: Params, stack: Stack) -> Request:
    """Raises AwsError for a template or parameters that cannot be."""
    refuse_other_ways(params)
    before = stack.wanted
    text = before.text if params.get("UsePreviousTemplate") and before else body_of(params)
    try:
        template = read(text)
        texts = parameter_texts(template, _given(params, before))
        values = parameter_values(template, texts)
    except TemplateError as error:
        raise invalid(str(error)) from error
    return Request(text, template, texts, values, tuple(params.get("Capabilities") or ()))


def wanted_of(request: Request, stack: Stack) -> Wanted:
    """The same with its transforms carried out. Raises AwsError when the stack may not become it."""
    try:
        template = without_sam(request.template, request.values)
    except TemplateError as error:
        raise invalid(str(error)) from error
    require_iam(template, request.capabilities)
    _refuse_other_types(template, stack)
    return Wanted(request.text, template, request.values, request.texts, request.capabilities)


def refuse_other_ways(params: Params) -> None:
    """What the local cloud does not do is refused, and not left undone without a word."""
    failing = params.get("OnFailure") or params.get("OnStackFailure") or "ROLLBACK"
    if params.get("DisableRollback") or failing != "ROLLBACK":
        raise invalid("The local cloud always rolls a failed stack back.")
    if params.get("ChangeSetType") == "IMPORT" or params.get("ResourcesToImport"):
        raise invalid("The local cloud does not import resources yet.")


def body_of(params: Params) -> str:
    if params.get("TemplateBody"):
        return str(params["TemplateBody"])
    path = unquote(urlsplit(params["TemplateURL"]).path).lstrip("/")
    bucket, _, key = path.partition("/")
    body = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return str(body.decode())


def invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)


def _given(params: Params, before: Wanted | None) -> dict[str, str]:
    given = {}
    for parameter in params.get("Parameters") or []:
        key = parameter["ParameterKey"]
        if parameter.get("UsePreviousValue") and before and key in before.texts:
            given[key] = before.texts[key]
        else:
            given[key] = parameter.get("ParameterValue", "")
    return given


def _refuse_other_types(template: Mapping[str, Any], stack: Stack) -> None:
    """https://github.com/aws/aws-sam-cli/issues/6786"""
    other = [
        name
        for name, body in template["Resources"].items()
        if name in stack.kept and stack.kept[name].type != body.get("Type")
    ]
    if other:
        text = (
            "Update of resource type is not permitted. The new template modifies resource type of "
            f"the following resources: [{', '.join(other)}]"
        )
        raise invalid(text)
