"""What a .tflite file computes."""

from __future__ import annotations

import math

from train.operators import kind


def multiply_adds(content: bytes) -> int:
    """Multiply-adds of one answer: of every convolution and dense layer of the file, its outputs
    times the weights that each of them sums over.

    The layouts of weights are those of the TensorFlow Lite operations: convolution (out, height,
    width, in), depthwise (1, height, width, out), dense (out, in).
    """
    from ai_edge_litert import schema_py_generated as schema  # a second that --help need not wait

    kinds = {
        schema.BuiltinOperator.CONV_2D: slice(1, 4),
        schema.BuiltinOperator.DEPTHWISE_CONV_2D: slice(1, 3),
        schema.BuiltinOperator.FULLY_CONNECTED: slice(1, 2),
    }
    model = schema.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    total = 0
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        if (code := kind(model, operator)) in kinds:
            weights = graph.Tensors(operator.Inputs(1)).ShapeAsNumpy().tolist()
            outputs = graph.Tensors(operator.Outputs(0)).ShapeAsNumpy().tolist()
            total += math.prod(outputs) * math.prod(weights[kinds[code]])
    return total
