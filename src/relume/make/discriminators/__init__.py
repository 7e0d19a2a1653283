"""Discriminators, one file each: pictures → a map of scores, higher where they look more real; no last sigmoid.

`features(picture)` gives what each layer sees, the first one first, for `FeatureMatching`; the call gives the scores.
None looks at more than one picture of a batch at a time. Spectral normalisation keeps the largest singular value of
each inner convolution at 1 by one step of power iteration per call in training; its vectors are buffers, so that a
resumed run goes on from the same ones.
"""

from relume.catalog import Catalog

DISCRIMINATORS = Catalog("discriminator", __name__)
