"""Findings and wish → the steps of one picture."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from relume.assess import jpeg
from relume.assess.jpeg import JpegFindings
from relume.assess.noise import NoiseFindings, estimate
from relume.errors import BadInputError
from relume.image import Kept, Pixels
from relume.run.jpeg import treatment
from relume.run.noise import NOISE_TYPES, Gaussian, Poisson, RealWorld, SaltPepper
from relume.run.restorer import Restorer, Steps, check_strength

# A net that knows white noise has to be told more of coarse noise. On PolyU's training pairs (34.28 dB as they came)
# the estimate itself gave 35.12 dB, twice the estimate 35.74, three times 35.86; but what is taken for coarse noise may
# be texture, so twice the estimate is used only where somebody says that it is a camera's noise.
INSISTED = 2.0
# Unasked, it is told more only of grain so strong that it is hardly texture (255ths): of 248 training pictures, most of
# them clean, 5 seemed to have more than 6, and 1 more than 12.
GRAIN = (6.0, 12.0)
NO_JPEG = "No trace of JPEG compression was found, so it is left as it is; name a jpeg_quality (say 50) to insist"
FLOOR = 5 / 255  # who says that there is noise is believed, also where JPEG has hidden it from the estimate


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller asks for.

    Attributes:
        strength: 0 (unchanged) to 1 (the model's full effect).
        noise_type: what the noise is; "auto" looks.
        sigma: its standard deviation in [0, 1] units (of photon noise: at white; of salt and pepper: of the noise
            beside it); None: estimated from the picture.
        jpeg_quality: 1 to 100, what the picture was compressed with; None: found out.
        mask: where the restorer may act, of the picture's size: an array h w (bool, integers or 0 to 1), an Image or
            a file, 1 (white) for the full strength, 0 (black) for none.
    """

    strength: float = 1.0
    noise_type: str = "auto"
    sigma: float | None = None
    jpeg_quality: int | None = None
    mask: Any = field(default=None, compare=False)

    def __post_init__(self) -> None:
        check_strength(self.strength)
        if self.noise_type not in NOISE_TYPES:
            raise BadInputError(f"noise_type is {', '.join(NOISE_TYPES)}, not {self.noise_type!r}.")
        if self.sigma is not None and not 0 <= self.sigma <= 1:
            raise BadInputError(f"sigma is in [0, 1] units (the usual 25 is 25/255), but came as {self.sigma}.")

        if self.jpeg_quality is not None and not 1 <= self.jpeg_quality <= 100:
            raise BadInputError(f"jpeg_quality goes from 1 to 100, but came as {self.jpeg_quality}.")

    def needs_a_look(self, restorer: Restorer) -> bool:
        """The picture's damage has to be estimated first."""
        known = {
            "sigma": self.sigma is not None and self.noise_type in ("gaussian", "salt_pepper"),
            "quality": self.jpeg_quality is not None,
        }
        return self.strength > 0 and not known.get(restorer.manifest.told or "", True)


@dataclass(frozen=True, kw_only=True)
class Route:
    """What was decided for one picture.

    Attributes:
        steps: None when there is nothing to do: the pixels are left as they are.
        details: what was found and decided, for people and for JSON.
        notes: what a person should know of it.
    """

    steps: Steps | None
    details: dict[str, Any]
    notes: tuple[str, ...] = ()


def route(restorer: Restorer, wish: Wish, crops: list[Pixels], kept: Kept | None = None) -> Route:
    """The steps for one picture. `crops` is a sample of it, or empty where nothing has to be looked at.

    `kept` is what its file tells of it.
    """
    details: dict[str, Any] = {"model": restorer.manifest.name, "strength": wish.strength}
    steps = Steps(restorer=restorer, strength=wish.strength)
    if wish.strength == 0 and restorer.manifest.scale == 1:
        return Route(steps=None, details=details)
    if restorer.manifest.told == "quality":
        found = jpeg.estimate(crops, jpeg.quality_of(kept) if kept else None) if crops else None
        return _of_jpeg(steps, wish, found, details)
    if restorer.manifest.told == "sigma":
        return _of_noise(steps, wish, crops, details)
    return Route(steps=steps, details=details)  # it does the same to every picture


def _of_jpeg(steps: Steps, wish: Wish, found: JpegFindings | None, details: dict[str, Any]) -> Route:
    chosen = treatment(found, told=wish.jpeg_quality)
    if chosen is None:
        return Route(steps=None, details=details | {"jpeg_quality": "none"}, notes=(NO_JPEG,))
    quality = chosen.quality or "unknown"
    return Route(steps=replace(steps, treatment=chosen), details=details | {"jpeg_quality": quality})


def _of_noise(steps: Steps, wish: Wish, crops: list[Pixels], details: dict[str, Any]) -> Route:
    found = estimate(crops) if crops else None
    if found is not None and wish.noise_type == "auto" and wish.sigma is None and found.kind in (None, "none"):
        return Route(steps=None, details=details | {"noise_type": "none"}, notes=(_left_alone(found),))
    chosen = _treatment(steps.restorer, wish, found)
    return Route(
        steps=replace(steps, treatment=chosen),
        details=details | _named(chosen),
        notes=_beyond(steps.restorer, chosen),
    )


def _beyond(restorer: Restorer, treatment: Gaussian | Poisson | SaltPepper | RealWorld) -> tuple[str, ...]:
    """A note when the noise is stronger than any that the model was trained on."""
    known, told = restorer.manifest.sigma_range, getattr(treatment, "sigma", 0.0)
    if known is None or told <= 1.02 * known[1]:
        return ()
    return (f"Noise of sigma {told * 255:.0f}/255 is more than the model has seen ({known[1] * 255:.0f}/255).",)


def _left_alone(found: NoiseFindings) -> str:
    why = "The picture is too small to tell its noise" if found.kind is None else "No noise was found"
    return f"{why}, so it is left as it is; name a noise type (real_world) or a sigma (6/255) to insist"


@dataclass(frozen=True, kw_only=True)
class _Level:
    """A noise estimate without gaps: a picture too small to tell anything counts as clean."""

    sigma: float
    shot: float
    read: float
    coarse: float
    kind: str

    @classmethod
    def of(cls, found: NoiseFindings | None, wish: Wish) -> "_Level":
        told = wish.sigma
        if found is None or found.sigma_mean is None:
            return cls(sigma=told or 0.0, shot=0.0, read=told or 0.0, coarse=1.0, kind="gaussian")
        kind = "gaussian" if found.kind in (None, "none") else str(found.kind)
        if told is not None:
            # Who knows sigma means the noise that one number describes.
            kind = kind if kind == "salt_pepper" else "gaussian"
            return cls(sigma=told, shot=told**2, read=0.0, coarse=1.0, kind=kind)
        return cls(
            sigma=found.sigma_mean,
            shot=found.shot or 0.0,
            read=found.read or 0.0,
            coarse=found.correlated or 1.0,
            kind=kind,
        )


def _treatment(
    restorer: Restorer, wish: Wish, found: NoiseFindings | None
) -> Gaussian | Poisson | SaltPepper | RealWorld:
    level = _Level.of(found, wish)
    kind = level.kind if wish.noise_type == "auto" else wish.noise_type
    if kind == "salt_pepper":
        return SaltPepper(sigma=level.sigma)
    if kind == "poisson" and level.shot > 0:
        return Poisson(shot=level.shot, read=level.read)
    if kind == "real_world" and wish.sigma is None:
        if restorer.manifest.is_classical:  # filters take one number
            return Gaussian(sigma=level.coarse * level.sigma)
        if wish.noise_type == "real_world":
            return RealWorld(shot=level.shot, read=level.read, coarse=INSISTED * level.coarse, floor=FLOOR)
        certain = np.interp(255 * level.coarse * level.sigma, GRAIN, (1.0, 1.5))
        return RealWorld(shot=level.shot, read=level.read, coarse=float(certain) * level.coarse)
    # Photon noise that does not grow with the light is none, whatever it was called; the details say so.
    return Gaussian(sigma=level.sigma)


def _named(treatment: Gaussian | Poisson | SaltPepper | RealWorld) -> dict[str, Any]:
    """A treatment for people: its kind, and its levels in [0, 1] units."""
    kinds = {Gaussian: "gaussian", Poisson: "poisson", SaltPepper: "salt_pepper", RealWorld: "real_world"}
    levels = {name: value for name, value in vars(treatment).items() if name != "halo"}
    return {"noise_type": kinds[type(treatment)], **{name: round(float(value), 6) for name, value in levels.items()}}
