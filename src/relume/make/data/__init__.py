"""Where training crops come from: folders and shards, clean or in pairs, in memory, on the GPU, or decoded on the way.

data = open_data(root, ["photos", "bsds"], shares=[0.7, 0.3])
training, held_out = data.split()
crops = training.to("cuda").crops(16, 96, rng=np.random.default_rng((seed, step)))   # Crops(clean, degraded)
"""

from relume.make.data.abstract import AbstractData, Crops
from relume.make.data.decode import Window
from relume.make.data.layouts import LAYOUTS
from relume.make.data.layouts._text import parse as parse_layout
from relume.make.data.mixing import cutblur, mixup
from relume.make.data.opening import Reading, open_data
from relume.make.data.pictures import Skipped
from relume.make.data.ranges import Signed, to_signed, to_unit
from relume.make.data.resident import Resident
from relume.make.data.streaming import Streaming

__all__ = [
    "LAYOUTS",
    "AbstractData",
    "Crops",
    "Reading",
    "Resident",
    "Signed",
    "Skipped",
    "Streaming",
    "Window",
    "cutblur",
    "mixup",
    "open_data",
    "parse_layout",
    "to_signed",
    "to_unit",
]
