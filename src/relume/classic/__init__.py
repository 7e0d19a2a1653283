"""Restorers that learn nothing, one file each: values that turn pixels into restored pixels.

Every entry is a frozen dataclass whose fields are its options, with `task`, `inputs`, `scale` and `halo` (how many
pixels on each side can change an output pixel; None: all of them). Called as `entry(pixels)`, or as
`entry(pixels, sigma=...)` where "sigma" is among its inputs. Nothing is clipped.
"""

from relume.catalog import Catalog

CLASSIC = Catalog("classical restorer", __name__)
