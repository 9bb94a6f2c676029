"""CodeDeploy put together: what it keeps, what drives deployments, and who answers requests."""

from typing import Any

from localcloud.clock import Clock
from localcloud.codedeploy.announcements import Announcer
from localcloud.codedeploy.applications import Applications
from localcloud.codedeploy.custom_configurations import Configurations
from localcloud.codedeploy.deployments import Deployments
from localcloud.codedeploy.engine import Engine
from localcloud.codedeploy.groups import Groups
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import Store
from localcloud.codedeploy.on_premises import OnPremisesInstances
from localcloud.codedeploy.outside_links import OutsideLinks
from localcloud.codedeploy.revisions import Revisions
from localcloud.codedeploy.service_role import ServiceRoles
from localcloud.codedeploy.tags import Tags
from localcloud.codedeploy.targets import Targets


class CodeDeploy:
    """`parts` answer the operations, each of them one; together all that the API has."""

    def __init__(self, clock: Clock, send_event: Any, iam: bool) -> None:
        self.store = Store()
        announcer = Announcer(send_event)
        roles = ServiceRoles(enforced=iam)
        hooks = HookCalls(clock)
        engine = Engine(self.store, clock, hooks, announcer, roles)
        self.parts = (
            Applications(self.store, clock),
            Groups(self.store, roles, announcer),
            Configurations(self.store, clock),
            Revisions(self.store, clock),
            Deployments(self.store, clock, engine, hooks),
            Targets(self.store),
            Tags(self.store),
            OnPremisesInstances(self.store, clock),
            OutsideLinks(),
        )
