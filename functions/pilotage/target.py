"""A target: a deployment group, what its tags say, and whether a release can go there."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from pilotage.fault import Fault, did_you_mean, shown

FUNCTION_TAG = "pilotage:function"
APPLICATION_TAG = "pilotage:application"
MAY_ASK_TAG = "pilotage:may-ask"
MAX_ERRORS_TAG = "pilotage:max-errors"
UNQUALIFIED_TAG = "pilotage:unqualified"
QUEUE_TAG = "pilotage:queue"
URGENT_TAG = "pilotage:urgent"
CHANNEL_TAG = "pilotage:channel"
CHECKSUM_TAG = "pilotage:checksum"
HOOK_PREFIX = "CodeDeployHook_"
HOOK_FIX = f"Its name must begin with {HOOK_PREFIX}, and have letters, digits, - and _ alone."

# Names as Lambda takes them.
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
_FUNCTION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}")
_ALIAS = re.compile(r"(?![0-9]+$)[A-Za-z0-9_-]{1,128}")


class Target(NamedTuple):
    """What a group's tags grant. `max_errors` in percent, 0 for none. `in_order`: every release
    waits its turn, instead of the newest alone."""

    application: str
    group: str
    function: str
    alias: str
    may_ask: tuple[str, ...] = ()
    max_errors: float = 0.0
    unqualified_accepted: bool = False
    in_order: bool = False
    urgent_allowed: bool = False
    channel: str = ""
    checksum_required: bool = False

    @property
    def name(self) -> str:
        return f"{self.application}/{self.group}"


class Group(NamedTuple):
    """The group as CodeDeploy describes it."""

    application: str
    name: str
    platform: str
    tags: Mapping[str, str]
    alarms: tuple[str, ...] = ()
    alarms_enabled: bool = False
    ignore_poll_failure: bool = False
    configuration: str = ""


class AliasState(NamedTuple):
    """Where an alias points. `weights` are the shares of other versions, 0 to 1. `revision_id`
    changes with every change of the alias."""

    version: str
    weights: Mapping[str, float]
    revision_id: str = ""

    @property
    def is_weighted(self) -> bool:
        return bool(self.weights)


class FunctionState(NamedTuple):
    """The function as Lambda describes it. `unqualified` lists who calls it without an alias."""

    name: str
    tags: Mapping[str, str]
    package_type: str
    layers: int
    unqualified: tuple[str, ...] = ()
    alias: AliasState | None = None
    runtime: str = ""
    handler: str = ""


def read_target(group: Group) -> tuple[Target | None, list[Fault]]:
    """The target of a group. None when its tags name no function."""
    place = f"deployment group {group.application}/{group.name}"
    if group.platform != "Lambda":
        reason = f"is of the {group.platform} platform, to which Pilotage does not release yet."
        return None, [Fault(place, reason)]
    named = group.tags.get(FUNCTION_TAG, "")
    if not named:
        fix = f"Tag it {FUNCTION_TAG} = <function>:<alias>."
        return None, [Fault(place, f"has no tag {FUNCTION_TAG}.", fix)]
    function, _, alias = named.partition(":")
    if not _FUNCTION.fullmatch(function) or not _ALIAS.fullmatch(alias):
        fix = "Write <function>:<alias>, such as orders:live."
        return None, [Fault(place, f'tag {FUNCTION_TAG} is "{shown(named)}".', fix)]
    max_errors, faults = _max_errors(group.tags.get(MAX_ERRORS_TAG, ""), place)
    channel, channel_faults = _channel(group.tags.get(CHANNEL_TAG, ""), place)
    target = Target(
        application=group.application,
        group=group.name,
        function=function,
        alias=alias,
        may_ask=tuple(group.tags.get(MAY_ASK_TAG, "").split()),
        max_errors=max_errors,
        unqualified_accepted=group.tags.get(UNQUALIFIED_TAG) == "accepted",
        in_order=group.tags.get(QUEUE_TAG) == "in-order",
        urgent_allowed=group.tags.get(URGENT_TAG) == "allowed",
        channel=channel,
        checksum_required=group.tags.get(CHECKSUM_TAG) == "required",
    )
    return target, faults + _words_faults(group.tags, place) + channel_faults


def function_faults(target: Target, function: FunctionState | None) -> list[Fault]:
    """Why a release cannot go to this function."""
    place = f"function {shown(target.function)}"
    if function is None:
        # AWS answers the same for a function that is missing and for one without the tag.
        reason = f"does not exist, or lacks the tag {APPLICATION_TAG} = {target.application}."
        fix = f"Make it, or tag it, or mend the group's tag {FUNCTION_TAG}."
        return [Fault(place, reason, fix)]
    if not is_owned(target, function.tags):
        owner = function.tags.get(APPLICATION_TAG, "")
        reason = f'belongs to application "{shown(owner)}", not to {target.application}.'
        return [Fault(place, reason, f"Its tag {APPLICATION_TAG} says so.")]
    faults = []
    if function.package_type != "Zip":
        faults.append(Fault(place, "is a container image; an archive cannot become its code."))
    if function.unqualified and not target.unqualified_accepted:
        reason = f"is called without the alias by {', '.join(function.unqualified[:5])}."
        fix = (
            f"Point them at {target.function}:{target.alias}; or tag the group "
            f"{UNQUALIFIED_TAG} = accepted, and know that they get new code unchecked."
        )
        faults.append(Fault(place, reason, fix))
    if function.alias and function.alias.version == "$LATEST":
        fix = f"Point {target.alias} at a published version: aws lambda update-alias …"
        faults.append(
            Fault(place, "its alias points at $LATEST: there is nothing to go back to.", fix)
        )
    return faults


def is_owned(target: Target, tags: Mapping[str, str]) -> bool:
    """Whether a function belongs to the target's application: the trust boundary."""
    return tags.get(APPLICATION_TAG) == target.application


def hook_name_faults(hook: str, file_name: str) -> list[Fault]:
    """Why a name in an archive is no hook's, before anybody is asked for such a function."""
    if is_hook_name(hook):
        return []
    reason = f'names the hook "{shown(hook)}", which CodeDeploy may not call.'
    return [Fault(file_name, reason, HOOK_FIX)]


def is_hook_name(name: str) -> bool:
    return name.startswith(HOOK_PREFIX) and bool(_FUNCTION.fullmatch(name))


def hook_function_faults(
    target: Target, hook: str, tags: Mapping[str, str], file_name: str
) -> list[Fault]:
    """Why a hook function that an archive names may not be called."""
    if not is_owned(target, tags):
        reason = f'names the hook "{shown(hook)}", which does not exist or is not of {target.application}.'
        return [Fault(file_name, reason, f"Tag it {APPLICATION_TAG} = {target.application}.")]
    return []


def weights_in_words(target: Target, alias: AliasState) -> str:
    """That an alias is shared by someone else, and the command that ends it."""
    shares = ", ".join(f"{weight:.0%} on version {v}" for v, weight in alias.weights.items())
    return (
        f"{target.function}:{target.alias} already sends traffic to two versions ({shares}), and no "
        f"deployment runs. When no one needs that: aws lambda update-alias --function-name "
        f"{target.function} --name {target.alias} --routing-config AdditionalVersionWeights={{}}"
    )


def urgent_faults(target: Target, urgent: str | None) -> list[Fault]:
    """`urgent` is what the upload's metadata says; None when it says nothing."""
    if urgent is None:
        return []
    faults = []
    if not urgent.strip():
        fix = "Write --metadata urgent=<reason>: everyone is shown it."
        faults.append(Fault("metadata", '"urgent" gives no reason.', fix))
    if not target.urgent_allowed:
        reason = f'"urgent" is asked for, which {target.name} does not grant.'
        fix = f"Take it out, or tag the group {URGENT_TAG} = allowed."
        faults.append(Fault("metadata", reason, fix))
    return faults


def grant_faults(target: Target, asks: tuple[str, ...], file_name: str) -> list[Fault]:
    """What the manifest asks and the group does not let it ask."""
    return [
        Fault(
            file_name,
            f"asks for its own {ask}, which {target.name} does not grant.",
            f"Take it out, or tag the group {MAY_ASK_TAG} = {ask}.",
        )
        for ask in asks
        if ask not in target.may_ask
    ]


_TAG_WORDS = {
    QUEUE_TAG: ("supersede", "in-order"),
    URGENT_TAG: ("allowed",),
    UNQUALIFIED_TAG: ("accepted",),
    CHECKSUM_TAG: ("required",),
}


def _words_faults(tags: Mapping[str, str], place: str) -> list[Fault]:
    return [
        Fault(place, f'tag {tag} is "{shown(tags[tag])}".', did_you_mean(tags[tag], words))
        for tag, words in _TAG_WORDS.items()
        if tags.get(tag, words[0]) not in words
    ]


def _channel(text: str, place: str) -> tuple[str, list[Fault]]:
    if not text or _CHANNEL.fullmatch(text):
        return text, []
    fix = "Write the channel's id, such as C0123456789; Slack shows it at the end of its details."
    return "", [Fault(place, f'tag {CHANNEL_TAG} is "{shown(text)}".', fix)]


def _max_errors(text: str, place: str) -> tuple[float, list[Fault]]:
    if not text:
        return 0.0, []
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 < percent <= 100:
        fix = "Write a percentage such as 5."
        return 0.0, [Fault(place, f'tag {MAX_ERRORS_TAG} is "{shown(text)}".', fix)]
    return percent, []
