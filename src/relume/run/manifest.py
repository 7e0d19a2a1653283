"""What a model promises: a value saved as `manifest.json` beside the model, and the same for a classical filter."""

import hashlib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from relume.errors import BadModelError

Precision = Literal["fp32", "fp16", "bf16", "int8"]
NAME = r"^[a-z0-9][a-z0-9_.-]*$"

Input = Literal["image", "sigma", "quality", "mask"]


class ModelFile(BaseModel):
    """A file of the model's folder, and the digest that it must have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(pattern=r"^[^./\\\x00][^/\\\x00]*$", description="a name inside the model's folder, no path")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Score(BaseModel):
    """One measured figure; `relume evaluate` prints it and nothing else writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str
    setting: str
    metric: str
    value: float
    protocol: str


class Manifest(BaseModel):
    """What a restorer promises.

    Attributes:
        task: the task it serves.
        name: how it is asked for; `version` tells its editions apart.
        summary: one line for people.
        inputs: what it is fed: the picture, and perhaps the noise level of each pixel, the JPEG quality (by 100; 0: not
            known), or a mask.
        channels: colour channels that it takes; 0 for any number. Grey is fed as `channels` equal ones.
        scale: side of the result by side of the picture.
        multiple_of: the sides it takes are multiples of this.
        halo: pixels beyond a tile's part that it needs for a result within 0.5/255 of the untiled one; None when
            it looks at the whole picture.
        reach: pixels on each side that can change a pixel at all (its receptive field); the tile is exact with it.
        tile: preferred side of a tile, in pixels.
        precisions: one file each; empty for a classical filter.
        golden: a fixed input and its output, checked when the model is verified.
        sigma_range: the noise levels it was trained for, in [0, 1] units.
        training: data, its terms, steps, time, commit: where it came from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    name: str = Field(pattern=NAME)
    version: str = "1"
    summary: str = ""
    inputs: tuple[Input, ...] = ("image",)
    channels: int = Field(default=3, ge=0)
    scale: int = Field(default=1, ge=1, le=16)
    multiple_of: int = Field(default=1, ge=1, le=1024)
    halo: int | None = Field(default=None, ge=0)
    reach: int | None = Field(default=None, ge=0)
    tile: int = Field(default=768, ge=16)
    precisions: dict[Precision, ModelFile] = Field(default_factory=dict)
    golden: ModelFile | None = None
    opset: int | None = None
    parameters: int | None = None
    gmac_per_megapixel: float | None = None
    sigma_range: tuple[float, float] | None = None
    scores: tuple[Score, ...] = ()
    training: dict[str, Any] = Field(default_factory=dict)
    recipe: dict[str, Any] = Field(default_factory=dict)
    licence: str = "Apache-2.0"

    @property
    def told(self) -> str | None:
        """What it is told beside the picture, a number for each pixel: "sigma" or "quality"."""
        return next((name for name in self.inputs if name in ("sigma", "quality")), None)

    @property
    def is_classical(self) -> bool:
        """It learned nothing: code, no weights."""
        return not self.precisions

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """The manifest in the file `path`; BadModelError tells which field breaks which rule."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (OSError, ValidationError, ValueError) as error:
            raise BadModelError(f"{path} is no manifest: {_first_line(error)}") from error

    def write(self, path: Path) -> None:
        """Save as JSON."""
        path.write_text(self.model_dump_json(indent=2, exclude_defaults=False) + "\n")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg']}."
    return f"{error}."
