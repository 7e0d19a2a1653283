"""Curves and pictures of a run for TensorBoard: `tensorboard --logdir RUN`."""

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float
from torch import Tensor

from relume.extras import need


class Events:
    """An event file; a resumed run writes another, which takes the place of what was told after its first step."""

    def __init__(self, folder: Path, *, step: int) -> None:
        need("tensorboard", extra="train")
        writer = need("tensorboard.summary.writer.event_file_writer", extra="train")
        self._event: Any = need("tensorboard.compat.proto.event_pb2", extra="train")
        self._summary: Any = need("tensorboard.compat.proto.summary_pb2", extra="train")
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = writer.EventFileWriter(str(folder))
        if step:
            session = self._event.SessionLog(status=self._event.SessionLog.START)
            self._writer.add_event(self._event.Event(wall_time=time.time(), step=step, session_log=session))

    def scalars(self, figures: dict[str, float], *, step: int) -> None:
        """One point on the curve of each figure."""
        values = [self._summary.Summary.Value(tag=name, simple_value=value) for name, value in figures.items()]
        self._add(values, step)

    def pictures(self, tag: str, *columns: Float[Tensor, "b _ _ _"], step: int) -> None:
        """A grid: one row an element of the batch, one column an argument, say degraded, restored, clean."""
        grid = _grid(*columns)
        found, png = cv2.imencode(".png", grid[..., ::-1])
        assert found  # noqa: S101  (8-bit RGB can always be coded)
        image = self._summary.Summary.Image(
            height=grid.shape[0], width=grid.shape[1], colorspace=3, encoded_image_string=png.tobytes()
        )
        self._add([self._summary.Summary.Value(tag=tag, image=image)], step)

    def close(self) -> None:
        """Write what waits."""
        self._writer.close()

    def _add(self, values: list[Any], step: int) -> None:
        summary = self._summary.Summary(value=values)
        self._writer.add_event(self._event.Event(wall_time=time.time(), step=step, summary=summary))


def _grid(*columns: Float[Tensor, "b _ _ _"]) -> np.ndarray:
    """8-bit RGB; pictures of a column that is smaller, the input of an upscaler, are enlarged pixel by pixel."""
    height, width = columns[-1].shape[2:]
    shown: list[np.ndarray] = []
    for column in columns:
        rows = (column.float().clamp(0, 1) * 255).round().byte().cpu().numpy().transpose(0, 2, 3, 1)
        sized = [cv2.resize(row, (width, height), interpolation=cv2.INTER_NEAREST) for row in rows]
        shown.append(np.concatenate([np.broadcast_to(np.atleast_3d(row), (height, width, 3)) for row in sized]))
    return np.ascontiguousarray(np.concatenate(shown, axis=1))
