"""SSM: the secrets that Slack gave."""

from pilotage.gateways.aws import client


def secret(parameter: str) -> str:
    """The token, webhook URL or signing secret of a SecureString."""
    found = client("ssm").get_parameter(Name=parameter, WithDecryption=True)
    return str(found["Parameter"]["Value"]).strip()
