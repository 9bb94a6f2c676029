"""Which call a plan of faults hits, and what is wrong with a bad one."""

import json
import textwrap

import pytest

from localcloud.faults.plan import CALL_KINDS, EVENT_KINDS, Call, Fault, Plan, random_plan
from localcloud.faults.reading import BadPlan, read_plan

CALL = Call("TakeTurnFunctionRole", "dynamodb", "GetItem", "AKIA")


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        (Fault("cut"), [1]),
        (Fault("cut", caller="TakeTurnFunction", call=2), [2]),
        (Fault("cut", call=2, times=2), [2, 3]),
        (Fault("cut", call=3, times=0), [3, 4, 5]),
        (Fault("cut", operation="PutItem"), []),
        (Fault("cut", service="sns"), []),
        (Fault("cut", caller="Finish"), []),
        (Fault("dropped"), []),
    ],
)
def test_the_nth_matching_call_is_hit(fault, hits):
    plan = Plan([fault])
    assert [number for number in range(1, 6) if plan.next(CALL)] == hits


def test_where_two_faults_hit_one_call_the_first_acts_and_both_have_counted():
    plan = Plan([Fault("cut"), Fault("throttled", times=2)])
    assert [fault.kind for fault in (plan.next(CALL), plan.next(CALL))] == ["cut", "throttled"]
    assert plan.next(CALL) is None


def test_only_processes_are_killed_and_only_events_dropped():
    states = Call("MachineRole", "lambda", "Invoke")
    event = Call("", "aws.s3", "Object Created")
    assert not Fault("killed").matches(states)
    assert Fault("killed").matches(CALL)
    assert Fault("dropped", "aws.s3").matches(event)
    assert not Fault("throttled").matches(event)


def test_a_random_plan_is_the_same_for_the_same_seed_and_hits():
    calls = [CALL, CALL, Call("owner", "s3", "GetObject"), Call("", "aws.s3", "Object Created")]
    plan = random_plan(7, calls, 20)
    assert plan == random_plan(7, calls, 20)
    assert plan != random_plan(8, calls, 20)
    assert {fault.kind for fault in plan} <= {*CALL_KINDS, *EVENT_KINDS}
    for fault in plan:
        alone = Plan([fault])
        assert any(alone.next(call) for call in calls), fault


def test_a_bad_plan_is_told_all_faults_at_once():
    bad = [
        {"kind": "slowly", "who": "me"},
        7,
        {"kind": "slow", "call": 0, "times": -1},
        {"kind": "dropped", "caller": "A", "service": 5},
    ]
    with pytest.raises(BadPlan) as error:
        read_plan(json.dumps(bad))
    assert error.value.faults == textwrap.dedent(
        """\
        Fault 1 has an unknown member 'who'; known are kind, service, operation, caller, call, times, seconds.
        Fault 1: kind 'slowly' is unknown; known are throttled, unavailable, denied, unreached, cut, slow, killed, killed-after, dropped, doubled, delayed, swapped.
        Fault 2 is a number; write an object such as {"kind": "throttled"}.
        Fault 3: call is 0; write a whole number, 1 or more.
        Fault 3: times is -1; write a whole number, 0 or more.
        Fault 3: 'slow' needs seconds, a number over 0.
        Fault 4: service is a number; write a string, or leave it out.
        Fault 4: events have no caller; leave it out of a fault that is 'dropped'."""
    ).split("\n")
