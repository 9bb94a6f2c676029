"""A role keeps the policies that others gave it, and loses its own when the template does."""

from tests.localcloud.stack_calls import IAM, ROLE, Stack, bad

DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def role(*own, managed=()):
    policies = [{"PolicyName": name, "PolicyDocument": DOCUMENT} for name in own]
    given = {"Policies": policies, "ManagedPolicyArns": list(managed)}
    return {**ROLE, "Properties": {**ROLE["Properties"], **given}}


def policy(*roles):
    given = {"PolicyName": "given", "PolicyDocument": DOCUMENT}
    roles = [{"Ref": name} for name in roles]
    return {"Type": "AWS::IAM::Policy", "Properties": {**given, "Roles": roles}}


def policies(aws, stack, name):
    given = {"RoleName": stack.ids()[name]}
    attached = aws.iam.list_attached_role_policies(**given)["AttachedPolicies"]
    inline = aws.iam.list_role_policies(**given)["PolicyNames"]
    return sorted([*inline, *(one["PolicyName"] for one in attached)])


def test_an_updated_role_keeps_what_another_resource_gave_it(aws):
    stack = Stack(aws)
    given = {"Given": policy("Role")}
    stack.create({"Role": role("one", managed=[MANAGED]), **given}, Capabilities=IAM)
    stack.update({"Role": role("two"), **given}, Capabilities=IAM)
    assert policies(aws, stack, "Role") == ["given", "two"]
    worse = {"Role": role("three", managed=[MANAGED]), **given, "Bad": bad("Role")}
    assert stack.update(worse, Capabilities=IAM)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert policies(aws, stack, "Role") == ["given", "two"]


def test_a_policy_leaves_the_role_that_its_template_no_longer_names(aws):
    stack = Stack(aws)
    roles = {"A": role(), "B": role()}
    stack.create({**roles, "Given": policy("A", "B")}, Capabilities=IAM)
    stack.update({**roles, "Given": policy("B")}, Capabilities=IAM)
    assert (policies(aws, stack, "A"), policies(aws, stack, "B")) == ([], ["given"])
