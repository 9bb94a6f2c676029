"""What releases cost, from counts and list prices of us-east-1; no free tier.

Sources, as read on 2026-11-22 and 2026-11-24: docs/cost.md.
"""

from dataclasses import asdict, dataclass

from bench.row import Row

THOUSAND, MILLION = 1000, 1_000_000
TRANSITION = 0.025 / THOUSAND
REQUEST = 0.20 / MILLION
GB_SECOND_ARM = 0.0000133334
TABLE_WRITE, TABLE_READ = 0.625 / MILLION, 0.125 / MILLION
SNS_PUBLISH, SQS_REQUEST = 0.50 / MILLION, 0.40 / MILLION
S3_PUT, S3_GET = 0.005 / THOUSAND, 0.0004 / THOUSAND
SCHEDULE = 1.00 / MILLION
INDEX_WRITES = 2
ACTION_MINUTE = 0.002
ALARM, DASHBOARD, METRIC_MONTH = 0.10, 3.00, 0.30

# A function's size, and how long an invocation is taken to last: half of them cold.
GIGABYTES, SECONDS = 0.5, 0.5
MINUTES = {"canary 10% 5m": 5, "linear 10% 10m": 90}
POLL_SECONDS, POLL_TRANSITIONS, POLL_FIXED = 15, 3, 5


@dataclass(frozen=True)
class Counts:
    """What one release uses. A write is billed by the kilobyte of the whole item, which is taken to
    be as large all the time as it is at the end; of those to the index, which has keys alone, a
    release makes one when it is claimed and one when it is over. `s3_gets` are HEADs too."""

    transitions: int
    invocations: int
    table_writes: int
    table_reads: int
    item_kilobytes: int
    notices: int
    schedules: int
    s3_puts: int
    s3_gets: int


def of_release(used: Counts) -> dict[str, float]:
    """Dollars of one release, by service."""
    return {
        "Step Functions": used.transitions * TRANSITION,
        "Lambda": used.invocations * (REQUEST + GIGABYTES * SECONDS * GB_SECOND_ARM),
        "DynamoDB": (used.item_kilobytes * used.table_writes + INDEX_WRITES) * TABLE_WRITE
        + used.table_reads * TABLE_READ,
        # Each notice is published, sent to the queue, received and deleted.
        "SNS and SQS": used.notices * (SNS_PUBLISH + 3 * SQS_REQUEST),
        "Scheduler": used.schedules * SCHEDULE,
        "S3": used.s3_puts * S3_PUT + used.s3_gets * S3_GET,
    }


def of_idle_month() -> dict[str, float]:
    """Dollars of a month in which nothing is released."""
    sweeps = 30 * 24 * 4
    # Lambda polls a queue five times at once, each time for up to 20 seconds.
    polls = 5 * 3 * 60 * 24 * 30
    return {
        "dashboard": DASHBOARD,
        "four alarms": 4 * ALARM,
        "polls of the notices' queue": polls * SQS_REQUEST,
        "sweeps": sweeps
        * (REQUEST + GIGABYTES * SECONDS * GB_SECOND_ARM + 3 * TABLE_READ + S3_PUT),
    }


def of_metrics() -> float:
    """Dollars of a release's own metrics at most: alone in its hour, it sends two figures, and a
    metric is billed by the hour in which it has data."""
    return 2 * METRIC_MONTH / (30 * 24)


def of_pipeline(minutes: int) -> float:
    """CodePipeline V2: one action-minute each for source and invoke, and a deploy action that lasts
    as long as traffic moves and a minute more. Every action is rounded up to a minute."""
    return (1 + 1 + minutes + 1) * ACTION_MINUTE


def of_polling(minutes: int) -> float:
    """The poll-loop peer's transitions alone."""
    polls = minutes * 60 // POLL_SECONDS
    return (POLL_FIXED + POLL_TRANSITIONS * polls) * TRANSITION


def rows(used: Counts) -> list[Row]:
    """Row 9."""
    dollars = THOUSAND * sum(of_release(used).values())
    targets = {"canary 10% 5m": 0.02, "linear 10% 10m": 0.002}
    found = []
    for words, minutes in MINUTES.items():
        pipeline, polling = THOUSAND * of_pipeline(minutes), THOUSAND * of_polling(minutes)
        found += [
            Row("9", f"1,000 releases, {words}", dollars, "$", "CodePipeline V2", pipeline, targets[words], counted=True),
            Row("9", f"1,000 releases, {words}", dollars, "$", "polling workflow", polling, counted=True),
        ]  # fmt: skip
    counted = ", ".join(f"{n.replace('_', ' ')} {v}" for n, v in asdict(used).items())
    parts = ", ".join(f"{name} ${THOUSAND * d:.3f}" for name, d in of_release(used).items())
    sfn = THOUSAND * of_release(used)["Step Functions"]
    note = f"{counted}; per 1,000: {parts}"
    found.append(
        Row(
            "9",
            "… of which Step Functions",
            sfn,
            "$",
            "all of it",
            dollars,
            counted=True,
            note=note,
        )
    )
    idle = of_idle_month()
    note = ", ".join(f"{name} ${dollars:.2f}" for name, dollars in idle.items())
    found += [
        Row("9", "1,000 releases' own metrics at most", THOUSAND * of_metrics(), "$", "all else of them", dollars, counted=True),
        Row("9", "a month without releases", sum(idle.values()), "$", "its dashboard", DASHBOARD, counted=True, note=note),
    ]  # fmt: skip
    return found
