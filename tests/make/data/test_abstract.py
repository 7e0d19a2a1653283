import hashlib

import numpy as np
import pytest
from tests.make.data.made import noise

from relume.errors import BadInputError
from relume.make.data.resident import Resident


def of(names, size=(2, 3)):
    return Resident.of({name: noise(0, 3, *size) for name in names})


def test_the_name_alone_decides_what_is_held_out():
    names = [f"folder/{index}.png" for index in range(400)]
    training, held_out = of(names).split()
    assert not set(training.names) & set(held_out.names)
    assert sorted([*training.names, *held_out.names]) == sorted(names)
    assert 4 <= len(held_out.names) <= 20  # about one in forty
    # Other pictures, another order, other company: the same names are held out.
    some = of(names[::-2], size=(4, 4)).split()[1].names
    assert set(some) == set(held_out.names) & set(names[::-2])
    assert "two/012.png" in of(["two/012.png", "two/013.png"]).split()[1].names


def test_nothing_left_to_train_on_is_refused():
    with pytest.raises(BadInputError, match=r"Nothing is left to train on beside the held-out two/012.png. Add pict"):
        of(["two/012.png"]).split()


def test_the_digest_is_that_of_names_and_samples_one_after_the_other():
    named = {"a": noise(0, 3, 4, 5), "b": noise(1, 3, 6, 7, depth=np.uint16)}
    digest = hashlib.sha256()
    for name, picture in named.items():
        digest.update(name.encode() + picture.tobytes())
    assert Resident.of(named).digest() == digest.hexdigest()
    assert Resident.of(dict(reversed(named.items()))).digest() != digest.hexdigest()
    assert Resident.of(dict(zip("xy", named.values(), strict=True))).digest() != digest.hexdigest()


def test_the_degraded_side_counts_in_the_digest():
    clean, other = {"a": noise(0, 3, 4, 5)}, noise(1, 3, 4, 5)
    digests = [Resident.of(clean, degraded=[side]).digest() for side in (other, clean["a"])]
    assert len({*digests, Resident.of(clean).digest()}) == 3
