"""Findings and wish → the steps of one picture."""

from dataclasses import dataclass, replace
from typing import Any

from relume.assess.noise import NoiseFindings, estimate
from relume.errors import BadInputError
from relume.image import Pixels
from relume.run.noise import NOISE_TYPES, Gaussian, NoiseType, Poisson, RealWorld, SaltPepper, Treatment
from relume.run.restorer import Restorer, Steps, check_strength


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller asks for.

    Attributes:
        strength: 0 (unchanged) to 1 (the model's full effect).
        noise_type: what the noise is; "auto" looks.
        sigma: its standard deviation in [0, 1] units (of photon noise: at white; of salt and pepper: of the noise
            beside it); None: estimated from the picture.
    """

    strength: float = 1.0
    noise_type: NoiseType = "auto"
    sigma: float | None = None

    def __post_init__(self) -> None:
        check_strength(self.strength)
        if self.noise_type not in NOISE_TYPES:
            raise BadInputError(f"noise_type is {', '.join(NOISE_TYPES)}, not {self.noise_type!r}.")
        if self.sigma is not None and not 0 <= self.sigma <= 1:
            raise BadInputError(f"sigma is in [0, 1] units (the usual 25 is 25/255), but came as {self.sigma}.")

    def needs_a_look(self, restorer: Restorer) -> bool:
        """The picture's noise has to be estimated first."""
        told = self.sigma is not None and self.noise_type in ("gaussian", "salt_pepper")
        return "sigma" in restorer.manifest.inputs and not told and self.strength > 0


def route(restorer: Restorer, wish: Wish, crops: list[Pixels]) -> tuple[Steps, dict[str, Any]]:
    """The steps for one picture, and what was decided, for people. `crops` is a sample of the picture, or empty."""
    details: dict[str, Any] = {"model": restorer.manifest.name, "strength": wish.strength}
    steps = Steps(restorer=restorer, strength=wish.strength)
    if "sigma" not in restorer.manifest.inputs or wish.strength == 0:
        return steps, details  # it is told nothing of the noise, and does the same to every kind
    found = estimate(crops) if crops else None
    treatment = _treatment(restorer, wish, found)
    return replace(steps, treatment=treatment), details | _named(treatment)


def _treatment(restorer: Restorer, wish: Wish, found: NoiseFindings | None) -> Treatment:
    kind = wish.noise_type
    if kind == "auto":
        kind = "gaussian" if found is None or found.kind == "none" else found.kind
        if wish.sigma is not None and kind != "salt_pepper":
            kind = "gaussian"  # who knows sigma means the noise that one number describes
    if found is None or kind == "gaussian":
        return Gaussian(sigma=_sigma(wish, found))
    if kind == "salt_pepper":
        return SaltPepper(sigma=_sigma(wish, found))
    if kind == "poisson":
        shot, read = (found.shot, found.read) if wish.sigma is None else (wish.sigma**2, 0.0)
        # Noise that does not grow with the light is not photon noise, whatever it was called; the details say so.
        return Poisson(shot=shot, read=read) if shot > 0 else Gaussian(sigma=_sigma(wish, found))
    if restorer.manifest.is_classical:
        return Gaussian(sigma=found.correlated * _sigma(wish, found))
    if wish.sigma is not None:
        return RealWorld(shot=0.0, read=wish.sigma)
    return RealWorld(shot=found.shot, read=found.read, coarse=found.correlated)


def _sigma(wish: Wish, found: NoiseFindings | None) -> float:
    if wish.sigma is not None:
        return wish.sigma
    assert found is not None  # `needs_a_look` said so
    return found.sigma_mean


def _named(treatment: Treatment) -> dict[str, Any]:
    """A treatment for people: its kind, and its noise levels in 255ths."""
    kinds = {Gaussian: "gaussian", Poisson: "poisson", SaltPepper: "salt_pepper", RealWorld: "real_world"}
    levels = {name: value for name, value in vars(treatment).items() if name != "halo"}
    return {"noise_type": kinds[type(treatment)], **{name: round(float(value), 6) for name, value in levels.items()}}
