"""What a stack tells others: its outputs."""

from localcloud.cloudformation.template import Resolver


def outputs_of(resolver: Resolver) -> list[dict[str, str]]:
    found = []
    for name, body in resolver.active_outputs().items():
        output = {"OutputKey": name, "OutputValue": str(resolver.resolve(body["Value"]))}
        if "Description" in body:
            output["Description"] = body["Description"]
        if "Export" in body:
            output["ExportName"] = str(resolver.resolve(body["Export"]["Name"]))
        found.append(output)
    return found
