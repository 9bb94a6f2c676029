"""The cloud: everything started in order on one port, and stopped cleanly."""

import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from moto.core.config import default_user_config
from werkzeug.serving import BaseWSGIServer, make_server

from localcloud import clients
from localcloud.account import REGION
from localcloud.alarm_changes import AlarmChanges
from localcloud.alarms import Evaluator
from localcloud.awslambda.functions import FunctionOperations
from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.limits import RequestLimit
from localcloud.awslambda.model import Functions
from localcloud.awslambda.permissions import PermissionOperations
from localcloud.awslambda.pool import Pool
from localcloud.awslambda.runtime_api import PREFIX as RUNTIME_PREFIX
from localcloud.awslambda.runtime_api import RuntimeApi
from localcloud.awslambda.urls import PREFIX as URLS_PREFIX
from localcloud.awslambda.urls import FunctionUrls
from localcloud.awslambda.versions import VersionOperations
from localcloud.clock import Clock
from localcloud.cloudformation.service import CloudFormation
from localcloud.codedeploy.service import CodeDeploy
from localcloud.corrections import (
    alarm_states,
    bucket_policies,
    composite_alarms,
    event_targets,
    execution_events,
    failed_states,
    jsonata,
    message_moves,
    notified_functions,
    object_checksums,
    object_events,
    policy_versions,
    state_pauses,
    table_requests,
    task_clients,
    task_tokens,
    version_listings,
)
from localcloud.event_sources import EventSources
from localcloud.events import Bus
from localcloud.faults.calls import Faults
from localcloud.faults.door import PREFIX as FAULTS_PREFIX
from localcloud.faults.door import FaultsDoor
from localcloud.faults.events import EventFaults
from localcloud.front import Front, QuietHandler
from localcloud.iam.asks import Asks
from localcloud.iam.guard import Guard
from localcloud.reset import PREFIX as RESET_PREFIX
from localcloud.reset import Reset
from localcloud.schedules import Schedules
from localcloud.slack import PREFIX as SLACK_PREFIX
from localcloud.slack import Slack

ACCESS_KEY_ID = "AKIALOCALCLOUD000000"
SECRET_ACCESS_KEY = "local-cloud-secret-access-key"


@dataclass(frozen=True)
class Options:
    """`port` 0 takes a free one. `speed`: AWS seconds that pass in one real second. `iam`:
    roles are held to their policies. `lambda_rps`: requests of Lambda's control plane that it takes
    in a real second, 0 for as many as come."""

    port: int = 4566
    speed: float = 60.0
    iam: bool = True
    lambda_rps: float = 0.0


class LocalCloud:
    """One in a process: moto keeps its resources in module globals."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.clock = Clock(options.speed)
        self.faults = Faults(self.clock)
        self.front = Front(self.faults)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", options.port, self.front, threaded=True, request_handler=QuietHandler
        )
        self._code_store = Path(tempfile.mkdtemp(prefix="localcloud-"))
        self.port = self._server.server_port
        self.endpoint = f"http://localhost:{self.port}"
        self._point_clients_here()
        self.bus = Bus(EventFaults(self.faults, self.clock), self.clock)
        self.alarm_changes = AlarmChanges(self.bus)
        self.slack = Slack()
        self._make_lambda()
        self._make_codedeploy()
        self.stacks = CloudFormation()
        self._correct_moto()
        self._open_doors()
        if options.iam:
            self.front.guard = Guard(Asks(self.functions, self.deployments))
        if options.lambda_rps:
            self.front.lambda_limit = RequestLimit(options.lambda_rps)

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="front", daemon=True).start()
        Evaluator(self.alarm_changes, self.clock).start()
        Schedules(self.bus, self.clock).start()

    def stop(self) -> None:
        """End every wait, thread and process of this cloud."""
        self.bus.stop()
        self.clock.stop()
        self.invocations.stop()
        self.pool.stop()
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self._code_store, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """What a client needs to talk to this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def _point_clients_here(self) -> None:
        os.environ.update(self.environment())
        os.environ["MOTO_PORT"] = str(self.port)
        os.environ.pop("AWS_SESSION_TOKEN", None)
        os.environ.pop("AWS_PROFILE", None)
        clients.forget()

    def _make_lambda(self) -> None:
        self.functions = Functions(self._code_store)
        runtime_api = RuntimeApi()
        self.front.add_door(RUNTIME_PREFIX, runtime_api)
        self.pool = self.front.pool = Pool(runtime_api, self.port)
        self.invocations = Invocations(self.functions, self.pool, self.clock)
        self.event_sources = EventSources(self.functions, self.invocations, self.clock)

    def _make_codedeploy(self) -> None:
        self.codedeploy = CodeDeploy(self.clock, self.bus.send, self._options.iam)
        self.deployments = self.codedeploy.store

    def _correct_moto(self) -> None:
        default_user_config["stepfunctions"] = {"execute_state_machine": True}
        default_user_config["iam"] = {"load_aws_managed_policies": True}
        object_events.apply(self.bus)
        object_checksums.apply()
        table_requests.apply()
        event_targets.apply(self.bus)
        failed_states.apply()
        jsonata.apply()
        task_clients.apply()
        task_tokens.apply()
        state_pauses.apply(self.clock)
        message_moves.apply()
        notified_functions.apply()
        alarm_states.apply(self.alarm_changes)
        composite_alarms.apply()
        bucket_policies.apply()
        policy_versions.apply()
        version_listings.apply()
        execution_events.apply(self.bus)

    def _open_doors(self) -> None:
        functions, clock = self.functions, self.clock
        urls = FunctionUrls(functions, self.invocations, clock, self.endpoint)
        self.front.add_service(
            "lambda",
            FunctionOperations(functions, clock),
            VersionOperations(functions, clock),
            PermissionOperations(functions, clock),
            self.event_sources,
            self.invocations,
            urls,
        )
        self.front.add_service("codedeploy", *self.codedeploy.parts)
        self.front.add_service("cloudformation", *self.stacks.parts)
        kept = (self.functions, self.event_sources, self.deployments, self.stacks, self.slack)
        clear = [part.clear for part in (*kept, self.pool, self.faults, self.front.journal)]
        self.front.add_door(RESET_PREFIX, Reset(self.front.moto, clear))
        self.front.add_door(SLACK_PREFIX, self.slack)
        self.front.add_door(URLS_PREFIX, urls)
        self.front.add_door(FAULTS_PREFIX, FaultsDoor(self.faults, self.front.journal))
