"""State machines may be written in JSONata.

moto 5.2.5 carries LocalStack's interpreter without a JSONata engine (the hook is set to None), and
it pastes strings into expressions without escaping them. AWS adds $partition, $range, $hash,
$random, $uuid and $parse, has no $eval, and refuses an expression that gives nothing.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import json
import re
from typing import Any

import jsonata
from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata as interpreter
from moto.stepfunctions.parser.asl.jsonata.jsonata import JSONataException

_UNDEFINED = re.compile(r"\$eval\s*\(")


def apply() -> None:
    interpreter._eval_jsonata = evaluate
    for module in (states, variable_store):
        module.encode_jsonata_variable_declarations = declarations


def evaluate(expression: str) -> Any:
    """The value of an expression. Raises the interpreter's JSONataException."""
    if _UNDEFINED.search(expression):
        raise JSONataException("UNKNOWN", "$eval is not supported by Step Functions")
    try:
        engine = jsonata.Jsonata(expression)
        engine.register_lambda("parse", json.loads)
        return engine.evaluate(None)
    except Exception as error:
        raise JSONataException("UNKNOWN", str(error)) from error


def declarations(bindings: dict[str, Any]) -> str:
    """`$name:=value;` for each binding, every value written as JSON."""
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())
