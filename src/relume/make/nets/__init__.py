"""Networks, one file each."""

from relume.catalog import Catalog

NETS = Catalog("net", __name__)
