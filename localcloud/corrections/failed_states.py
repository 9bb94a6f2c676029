"""A state that fails is an event of its execution. moto logs it too, with the whole state as parsed:
some kilobytes on the terminal of whoever has a release stopped."""

import logging

from moto.stepfunctions.parser.asl.component import eval_component


def apply() -> None:
    eval_component.LOG.addFilter(_is_a_fault_of_motos)


def _is_a_fault_of_motos(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Exception=FailureEventException")
