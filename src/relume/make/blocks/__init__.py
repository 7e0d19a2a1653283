"""Blocks, one file each, to put into nets: `b c h w` in, the same shape out.

An entry takes the number of channels first. They are parts for nets of one's own; the nets here that use attention
carry what they need.
"""

from relume.catalog import Catalog

BLOCKS = Catalog("block", __name__)
