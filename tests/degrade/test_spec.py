import json

import pytest

from relume.degrade import Range, build, describe, parse
from relume.degrade.chain import Chain
from relume.degrade.downscale import Downscale
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.degrade.salt_pepper_noise import SaltPepperNoise
from relume.errors import BadInputError, UnknownNameError, UnknownOptionError

SPECS = {
    "gaussian_noise": GaussianNoise(),
    " gaussian_noise : sigma = 25/255 ": GaussianNoise(sigma=25 / 255),
    "gaussian_noise:sigma=1e-1": GaussianNoise(sigma=0.1),
    "gaussian_noise:sigma=.5/2.5": GaussianNoise(sigma=0.2),
    "gaussian_noise:sigma=0..55/255": GaussianNoise(sigma=Range(0.0, 55 / 255)),
    "salt_pepper_noise:share=0.1,per_channel=true": SaltPepperNoise(share=0.1, per_channel=True),
    "poisson_gaussian_noise:shot=0.02, read=0": PoissonGaussianNoise(shot=0.02, read=0.0),
    "gaussian_noise:sigma=1e-1+salt_pepper_noise": Chain(parts=(GaussianNoise(sigma=0.1), SaltPepperNoise())),
    "downscale:scale=4,kernel=lanczos": Downscale(scale=4, kernel="lanczos"),
    '{"name": "chain", "parts": [{"name": "gaussian_noise"}]}': Chain(parts=(GaussianNoise(),)),
    "gaussian_noise:sigma=+1e+0 + gaussian_noise": Chain(parts=(GaussianNoise(sigma=1.0), GaussianNoise())),
}


@pytest.mark.parametrize(("spec", "value"), SPECS.items())
def test_text_becomes_a_value_and_json_brings_it_back(spec, value):
    assert parse(spec) == value
    assert build(json.loads(json.dumps(describe(value)))) == value


def test_whole_numbers_of_json_are_numbers():
    assert build({"name": "gaussian_noise", "sigma": 0}) == GaussianNoise(sigma=0.0)
    assert build({"name": "gaussian_noise", "sigma": [0, 1]}) == GaussianNoise(sigma=Range(0.0, 1.0))


REFUSED = {
    "gausian_noise": (UnknownNameError, "No degradation named 'gausian_noise'. Did you mean 'gaussian_noise'"),
    "gaussian_noise:sigm=0.1": (UnknownOptionError, "has no option 'sigm'. Did you mean 'sigma'"),
    "gaussian_noise:sigma": (BadInputError, "Options look like `sigma=0.1`, but gaussian_noise came with 'sigma'"),
    "gaussian_noise:sigma=": (BadInputError, "Options look like `sigma=0.1`"),
    "gaussian_noise:sigma=0.1,sigma=0.2": (BadInputError, "came with sigma twice. Give it once"),
    "gaussian_noise:sigma=high": (BadInputError, r"a fraction \(25/255\) or a range \(0..0.2\), not 'high'"),
    "gaussian_noise:sigma=1/0": (BadInputError, "not '1/0'"),
    "gaussian_noise:sigma=true": (BadInputError, "sigma of gaussian_noise takes a number or a range low..high"),
    "salt_pepper_noise:per_channel=1": (BadInputError, "per_channel of salt_pepper_noise takes true or false"),
    "chain:parts=3": (BadInputError, r"parts of chain takes a list of degradations \(as JSON\), but came as 3.0"),
    "downscale:scale=2.5": (BadInputError, "scale of downscale takes a whole number, but came as 2.5"),
    "downscale:kernel=areal": (BadInputError, "kernel of downscale takes one of area, .*'areal'. Did you mean 'area'"),
    "gaussian_noise:sigma=1|2": (BadInputError, r"sigma takes a number .* not \'1\|2\'"),
    "{": (BadInputError, "A degradation that begins with { is read as JSON, which this is not: Expecting"),
    "": (UnknownNameError, "No degradation named ''"),
}


@pytest.mark.parametrize(("spec", "refusal"), REFUSED.items())
def test_what_cannot_be_read_is_refused_with_the_way_out(spec, refusal):
    kind, message = refusal
    with pytest.raises(kind, match=message):
        parse(spec)


def test_json_without_a_name_is_refused():
    with pytest.raises(BadInputError, match="A degradation has a name, but this has sigma"):
        build({"sigma": 0.1})
