import pytest
import torch

pytest.importorskip("tensorboard")

import cv2
import numpy as np

from relume.make.events import Events


def values(folder):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    found = {}
    for path in sorted(folder.iterdir()):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                found[value.tag, event.step] = value
    return found


def test_tensorboard_reads_curves_and_pictures(tmp_path):
    events = Events(tmp_path, step=0)
    events.scalars({"loss": 0.25}, step=200)
    clean = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(0))
    small = torch.full((2, 1, 4, 6), 0.5)
    events.pictures("held out", small, clean, step=200)
    events.close()
    found = values(tmp_path)
    assert found["loss", 200].tensor.float_val[0] == pytest.approx(0.25)
    coded = found["held out", 200].tensor.string_val
    png = cv2.imdecode(np.frombuffer(coded[2], np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert png.shape == (16, 24, 3)  # one row a picture, one column each of the two
    expected = (clean[1] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(png[8:, 12:], expected)
    assert (png[:, :12] == 128).all()
