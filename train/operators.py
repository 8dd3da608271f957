"""What the operations of a .tflite file are."""

from __future__ import annotations

from typing import Any


def kind(model: Any, operator: Any) -> int:
    """An operation's code in the schema's BuiltinOperator, of a parsed model and its operator."""
    code = model.OperatorCodes(operator.OpcodeIndex())
    # The newer field is 0 in files that an older converter wrote.
    return int(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
