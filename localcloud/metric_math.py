"""The part of CloudWatch's metric math that alarms use: arithmetic, comparison, IF, FILL, SUM.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Values = Mapping[str, float | None]

_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class UnknownExpression(Exception):
    """The local cloud does not know this part of metric math."""


def evaluate(expression: str, values: Values) -> float | None:
    """The value of one period. None where a datapoint that it needs is missing."""
    text = re.sub(r"\bAND\b|&&", "and", re.sub(r"\bOR\b|\|\|", "or", expression))
    result = _value(ast.parse(text, mode="eval").body, values)
    return None if result is None else float(result)


def _value(node: ast.AST, values: Values) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, values)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        return _both(type(node.op), _value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Compare):
        return _both(
            type(node.ops[0]), _value(node.left, values), _value(node.comparators[0], values)
        )
    if isinstance(node, ast.BoolOp):
        found = [_value(part, values) for part in node.values]
        return all(found) if isinstance(node.op, ast.And) else any(found)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _function(node.func.id, node.args, values)
    raise UnknownExpression(ast.dump(node))


def _both(kind: type[ast.AST], left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if kind is ast.Div and right == 0:
        return None
    return _BINARY[kind](left, right)


def _function(name: str, arguments: list[ast.expr], values: Values) -> Any:
    if name == "IF":
        condition = _value(arguments[0], values)
        if condition is None:
            return None
        chosen = arguments[1] if condition else arguments[2] if len(arguments) > 2 else None
        return None if chosen is None else _value(chosen, values)
    found = [_value(argument, values) for argument in arguments]
    if name == "FILL":
        return found[1] if found[0] is None else found[0]
    known = [value for value in found if value is not None]
    if name == "SUM":
        return sum(known)
    if name in ("MIN", "MAX"):
        return (min if name == "MIN" else max)(known) if known else None
    raise UnknownExpression(name)
