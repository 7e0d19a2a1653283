"""A run's averaged weights as an ONNX file that gives what the net gives, at any batch, height and width."""

import copy
import io
import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from relume.errors import BadModelError
from relume.extras import need
from relume.make.recipe import Recipe
from relume.make.run_folder import read_weights

OPSET = 18
TOLERANCE = 1e-5
SMALL = 1024  # numbers; smaller weights are not worth a cast


def export(run: Path, target: Path | None = None) -> Path:
    """Write the net of a run folder (`recipe.json`, `weights.safetensors`) to `target`, by default `run/model.onnx`.

    Inputs are `image` (b 3 h w) and what else the net takes, say `sigma` (b 1 h w); the output is `restored`. Batch,
    height and width are free; the sides are multiples of the net's `multiple_of`. ONNX Runtime's result is compared
    with PyTorch's before anything is written.
    """
    recipe, net = load(run)
    model = to_onnx(net, recipe=recipe)
    _check(net, model)
    target = run / "model.onnx" if target is None else target
    part = target.with_name(target.name + ".part")
    part.write_bytes(model)
    part.replace(target)
    return target


def load(run: Path) -> tuple[Recipe, nn.Module]:
    """The recipe of a run folder, and its net with the averaged weights, rounded to the half precision they ship in."""
    recipe, weights = read_weights(run)
    net = recipe.new_net()
    try:
        net.load_state_dict(weights)
    except RuntimeError as error:
        raise BadModelError(f"{run}: the weights do not fit {recipe.net} of the recipe. {error}") from error
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.half())
    return recipe, net.eval()


def to_onnx(net: nn.Module, *, recipe: Recipe) -> bytes:
    """The net as an ONNX model of opset 18, constants folded, weights inside, the recipe in its metadata."""
    need("onnxscript", extra="train")  # PyTorch's exporter asks for it, with a message of its own
    batch, high, wide = (torch.export.Dim(name) for name in ("batch", "high", "wide"))
    grid: Any = net.multiple_of
    # Only multiples of the net's grid fit: the exporter finds that out and wants to be told so.
    free = {0: batch, 2: grid * high, 3: grid * wide}
    names = _inputs(net)
    with _quiet():
        # A copy in plain memory order: channels-last weights would be exported with transposes around them.
        plain = copy.deepcopy(net).cpu().eval()
        for parameter in plain.parameters():
            parameter.data = parameter.data.contiguous()
        program: Any = torch.onnx.export(
            plain,
            tuple(example(plain, 2, 2 * grid, 3 * grid)),
            input_names=names,
            output_names=["restored"],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=tuple(dict(free) for _ in names),
            verbose=False,
        )
    return _tidy(program.model_proto, scale=net.scale, recipe=recipe)  # pyright: ignore[reportArgumentType]


def _tidy(model: Any, *, scale: int, recipe: Recipe) -> bytes:
    """Without the paths and stack traces of the machine it was made on, and with axes that people can read."""
    onnx = need("onnx", extra="train")
    model.ClearField("doc_string")
    for thing in (*model.graph.node, *model.graph.initializer, *model.graph.value_info, model.graph):
        thing.ClearField("metadata_props")
        thing.ClearField("doc_string")
    # Shapes inside are words like `8*high`; a runtime infers them anew.
    model.graph.ClearField("value_info")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
        prefix = "restored_" if value.name == "restored" and scale != 1 else ""
        for axis, name in ((0, "batch"), (2, f"{prefix}height"), (3, f"{prefix}width")):
            value.type.tensor_type.shape.dim[axis].dim_param = name
    model.producer_name, model.producer_version = "relume", ""
    store_in_half(model)
    onnx.helper.set_model_props(model, {"relume.recipe": recipe.to_json()})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def store_in_half(model: Any) -> None:
    """Keep large weights as float16 with a cast behind them: half the file, and runtimes fold the cast when they load.

    Computing stays in float32. Weights that are no float16 numbers stay as they are, so nothing is lost.
    """
    onnx = need("onnx", extra="train")
    casts: list[Any] = []
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < SMALL:
            continue
        value = onnx.numpy_helper.to_array(tensor)
        half = value.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), value):
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(half, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    model.graph.ClearField("node")
    model.graph.node.extend(nodes)


def _check(net: nn.Module, model: bytes) -> None:
    """ONNX Runtime gives what PyTorch gives, also at another batch and other sides than were exported."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = _inputs(net)
    grid: Any = net.multiple_of
    for batch, high, wide in ((1, 4, 4), (3, 5, 2)):
        inputs = example(net, batch, high * grid, wide * grid)
        with torch.no_grad():
            wanted = net(*inputs).cpu().numpy()
        (got,) = session.run(None, {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)})
        difference = float(np.abs(got - wanted).max())
        if not difference <= TOLERANCE * max(1.0, float(np.abs(wanted).max())):
            raise BadModelError(
                f"ONNX Runtime's result differs from PyTorch's by {difference:.2g}, more than {TOLERANCE}. "
                "The net uses something that the exporter translates wrongly; nothing was written."
            )


def _inputs(net: nn.Module) -> list[str]:
    names: Any = net.inputs
    return list(names)


def example(net: nn.Module, batch: int, height: int, width: int) -> list[Tensor]:
    """What the net takes: pictures, and one map of whatever else it is told."""
    rng = torch.Generator().manual_seed(0)
    channels: Any = net.channels
    return [
        torch.rand(batch, channels if name == "image" else 1, height, width, generator=rng) for name in _inputs(net)
    ]


@contextmanager
def _quiet() -> Generator[None]:
    """The exporter talks about its own insides: on stdout, in warnings and in the log."""
    logger = logging.getLogger("torch.onnx._internal.exporter")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
