"""Applications: a name, a compute platform, and what hangs on them.

https://docs.aws.amazon.com/codedeploy/latest/userguide/applications.html
"""

from localcloud.clock import Clock
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Application, Store
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.names import check_batch
from localcloud.codedeploy.pages import page
from localcloud.codedeploy.tags import check_tags, retag, tag
from localcloud.wire import AwsError, Params

MAX_BATCH = 100
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MAX_APPLICATIONS = 1000


@operations
class Applications:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create_application(self, params: Params) -> Params:
        tags = check_tags(params.get("tags"))
        platform = params.get("computePlatform") or "Server"
        application = Application(params["applicationName"], platform, self._clock.now())
        with self._store.lock:
            self._check_free(application.name)
            if len(self._store.applications) >= MAX_APPLICATIONS:
                message = f"The account has {MAX_APPLICATIONS} applications, the most it may have"
                raise AwsError("ApplicationLimitExceededException", message)
            self._store.applications[application.name] = application
            tag(self._store, application.arn, tags)
        return {"applicationId": application.id}

    def get_application(self, params: Params) -> Params:
        return {"application": _shown(self._store.application(params["applicationName"]))}

    def batch_get_applications(self, params: Params) -> Params:
        names = params["applicationNames"]
        check_batch(names, MAX_BATCH, "application names")
        return {"applicationsInfo": [_shown(self._store.application(name)) for name in names]}

    def list_applications(self, params: Params) -> Params:
        return page(sorted(self._store.applications), params, "applications")

    def update_application(self, params: Params) -> None:
        """Only the name can change. What hangs on the application goes along with it."""
        new = params.get("newApplicationName")
        with self._store.lock:
            application = self._store.application(params["applicationName"])
            if new and new != application.name:
                self._check_free(new)
                self._rename(application, new)

    def delete_application(self, params: Params) -> None:
        """Deleting an unknown application succeeds: no error is modelled for it."""
        with self._store.lock:
            application = self._store.applications.pop(params["applicationName"], None)
            if application:
                for arn in _arns(application):
                    self._store.tags.pop(arn, None)

    def _check_free(self, name: str) -> None:
        if name in self._store.applications:
            message = f"An application already exists with the specified name: {name}"
            raise AwsError("ApplicationAlreadyExistsException", message)

    def _rename(self, application: Application, new: str) -> None:
        old, old_arns = application.name, _arns(application)
        self._store.applications[new] = self._store.applications.pop(old)
        application.name = new
        for group in application.groups.values():
            group.application = new
        for deployment in self._store.deployments.values():
            if deployment.application == old:
                deployment.application = new
        retag(self._store, old_arns, _arns(application))


def _arns(application: Application) -> list[str]:
    return [application.arn, *(group.arn for group in application.groups.values())]


def _shown(application: Application) -> Params:
    return {
        "applicationId": application.id,
        "applicationName": application.name,
        "createTime": moment(application.created_at),
        "linkedToGitHub": False,
        "computePlatform": application.platform,
    }
