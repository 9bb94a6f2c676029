"""On-premises instances: registered, tagged, found. Nothing is deployed to them.

https://docs.aws.amazon.com/codedeploy/latest/userguide/instances-on-premises.html
"""

import re
import secrets

from localcloud.account import arn
from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import OnPremisesInstance, Store
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.names import check_batch, check_instance_name
from localcloud.codedeploy.pages import page
from localcloud.wire import AwsError, Params

MAX_BATCH = 25
_USER = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:user/.+")
_SESSION = re.compile(r"arn:aws[a-z-]*:sts::\d{12}:assumed-role/[^/]+/[^/]+")


@operations
class OnPremisesInstances:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def register_on_premises_instance(self, params: Params) -> None:
        name = params["instanceName"]
        check_instance_name(name)
        user, session = params.get("iamUserArn") or "", params.get("iamSessionArn") or ""
        _check_identity(user, session)
        with self._store.lock:
            self._check_free(name, user, session)
            self._store.instances[name] = OnPremisesInstance(
                name,
                arn("codedeploy", f"instance/{name}_{secrets.token_hex(5)}"),
                self._clock.now(),
                session,
                user,
            )

    def deregister_on_premises_instance(self, params: Params) -> None:
        """Deregistering an unknown one succeeds: no error is modelled for it."""
        check_instance_name(params["instanceName"])
        instance = self._store.instances.get(params["instanceName"])
        if instance and instance.deregistered_at is None:
            instance.deregistered_at = self._clock.now()

    def get_on_premises_instance(self, params: Params) -> Params:
        return {"instanceInfo": _shown(self._known(params["instanceName"]))}

    def batch_get_on_premises_instances(self, params: Params) -> Params:
        """Unknown names are left out: no error is modelled for them."""
        names = params["instanceNames"]
        check_batch(names, MAX_BATCH, "instance names")
        for name in names:
            check_instance_name(name)
        known = self._store.instances
        return {"instanceInfos": [_shown(known[name]) for name in names if name in known]}

    def list_on_premises_instances(self, params: Params) -> Params:
        filters = params.get("tagFilters") or []
        for given in filters:
            _check_filter(given)
        names = [
            instance.name
            for instance in list(self._store.instances.values())
            if _has_status(instance, params.get("registrationStatus"))
            and (not filters or any(_passes(instance, given) for given in filters))
        ]
        return page(sorted(names), params, "instanceNames")

    def add_tags_to_on_premises_instances(self, params: Params) -> None:
        """All of the instances get them, or none."""
        tags, instances = _tags(params), self._registered(params)
        if any(len(instance.tags | tags) > choices.MAX_INSTANCE_TAGS for instance in instances):
            message = f"An instance can have at most {choices.MAX_INSTANCE_TAGS} tags"
            raise AwsError("TagLimitExceededException", message)
        for instance in instances:
            instance.tags |= tags

    def remove_tags_from_on_premises_instances(self, params: Params) -> None:
        tags = _tags(params)
        for instance in self._registered(params):
            instance.tags -= tags

    def _check_free(self, name: str, user: str, session: str) -> None:
        registered = [i for i in self._store.instances.values() if i.deregistered_at is None]
        if any(instance.name == name for instance in registered):
            message = f"An on-premises instance is already registered with the name {name}"
            raise AwsError("InstanceNameAlreadyRegisteredException", message)
        if user and any(instance.iam_user_arn == user for instance in registered):
            message = f"An on-premises instance is already registered with {user}"
            raise AwsError("IamUserArnAlreadyRegisteredException", message)
        if session and any(instance.iam_session_arn == session for instance in registered):
            message = f"An on-premises instance is already registered with {session}"
            raise AwsError("IamSessionArnAlreadyRegisteredException", message)

    def _known(self, name: str) -> OnPremisesInstance:
        check_instance_name(name)
        if name not in self._store.instances:
            message = f"The on-premises instance {name} is not registered"
            raise AwsError("InstanceNotRegisteredException", message)
        return self._store.instances[name]

    def _registered(self, params: Params) -> list[OnPremisesInstance]:
        names = params["instanceNames"]
        if len(names) > choices.MAX_INSTANCES_IN_A_CALL:
            message = f"At most {choices.MAX_INSTANCES_IN_A_CALL} instances in one call"
            raise AwsError("InstanceLimitExceededException", message)
        found = [self._known(name) for name in names]
        if gone := [i.name for i in found if i.deregistered_at is not None]:
            message = f"The on-premises instance {gone[0]} is not registered"
            raise AwsError("InstanceNotRegisteredException", message)
        return found


def _check_identity(user: str, session: str) -> None:
    if not user and not session:
        raise AwsError("IamArnRequiredException", "An IAM user's or session's ARN is required")
    if user and session:
        message = "Either an IAM user's or an IAM session's ARN can be given"
        raise AwsError("MultipleIamArnsProvidedException", message)
    if user and not _USER.fullmatch(user):
        raise AwsError("InvalidIamUserArnException", f"{user} is no ARN of an IAM user")
    if session and not _SESSION.fullmatch(session):
        raise AwsError("InvalidIamSessionArnException", f"{session} is no ARN of an IAM session")


def _tags(params: Params) -> set[tuple[str, str]]:
    tags = {(tag.get("Key") or "", tag.get("Value") or "") for tag in params["tags"]}
    if not all(key and value for key, value in tags):
        raise AwsError("InvalidTagException", "A tag needs a key and a value")
    return tags


def _check_filter(given: dict[str, str]) -> None:
    """A filter needs what its type says that it looks at."""
    kind = given.get("Type")
    needs_key = kind in ("KEY_ONLY", "KEY_AND_VALUE")
    needs_value = kind in ("VALUE_ONLY", "KEY_AND_VALUE")
    if not kind or (needs_key and not given.get("Key")) or (needs_value and not given.get("Value")):
        message = "A tag filter needs a Type, and the Key or Value that its type looks at"
        raise AwsError("InvalidTagFilterException", message)


def _passes(instance: OnPremisesInstance, given: dict[str, str]) -> bool:
    return any(
        (given["Type"] == "VALUE_ONLY" or key == given.get("Key"))
        and (given["Type"] == "KEY_ONLY" or value == given.get("Value"))
        for key, value in instance.tags
    )


def _has_status(instance: OnPremisesInstance, status: str | None) -> bool:
    own = "Registered" if instance.deregistered_at is None else "Deregistered"
    return status in (None, own)


def _shown(instance: OnPremisesInstance) -> Params:
    return {
        "instanceName": instance.name,
        "instanceArn": instance.arn,
        "iamSessionArn": instance.iam_session_arn or None,
        "iamUserArn": instance.iam_user_arn or None,
        "registerTime": moment(instance.registered_at),
        "deregisterTime": moment(instance.deregistered_at),
        "tags": [{"Key": key, "Value": value} for key, value in sorted(instance.tags)],
    }
