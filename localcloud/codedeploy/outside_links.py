"""What ties CodeDeploy to others: GitHub accounts, and resources that CloudFormation owns.

Tokens come from a person who signs in to GitHub in AWS's console, and external ids from
CloudFormation's blue/green hook. Neither is in a local cloud, so there are none of either.
https://docs.aws.amazon.com/codedeploy/latest/userguide/integrations-partners-github.html
"""

from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.pages import page
from localcloud.wire import AwsError, Params


@operations
class OutsideLinks:
    def list_git_hub_account_token_names(self, params: Params) -> Params:
        return page([], params, "tokenNameList")

    def delete_git_hub_account_token(self, params: Params) -> Params:
        message = f"No GitHub account connection is named {params['tokenName']}"
        raise AwsError("GitHubAccountTokenDoesNotExistException", message)

    def delete_resources_by_external_id(self, params: Params) -> Params:
        """Nothing is linked to any external id; deleting what is not there succeeds."""
        return {}
