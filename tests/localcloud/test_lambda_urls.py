"""Functions that answer HTTP."""

import urllib.request

from tests.builders import function, publish

CODE = (
    "def handler(event, context):\n    return {'statusCode': 200, 'body': context.function_version}"
)


def public_url(aws, name, qualifier):
    for action, more in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        aws.lambda_.add_permission(
            FunctionName=name,
            Qualifier=qualifier,
            StatementId=action.replace(":", ""),
            Action=action,
            Principal="*",
            **more,
        )
    made = aws.lambda_.create_function_url_config(
        FunctionName=name, Qualifier=qualifier, AuthType="NONE"
    )
    return made["FunctionUrl"]


def test_a_url_of_an_alias_splits_its_users_by_the_aliass_weights(aws):
    name = function(aws, code=CODE)
    for more in ("# one", "# two"):
        publish(aws, name, f"{CODE}  {more}\n")
    aws.lambda_.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    url = public_url(aws, name, "live")
    assert {urllib.request.urlopen(url).read() for _ in range(60)} == {b"1", b"2"}
