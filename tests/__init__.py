"""The checker of types and shapes that pytest puts on every function of relume."""

from beartype import BeartypeConf, beartype

# `strength=0` is a float to everybody, as PEP 484 says; beartype alone would insist on 0.0.
checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
