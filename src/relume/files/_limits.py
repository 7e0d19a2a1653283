"""How large a picture may be: asked of its header, before anything is decoded."""

from dataclasses import dataclass

from relume.errors import BadInputError, TooLargeError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What is refused before decoding. Every field can be set.

    Attributes:
        pixels: height times width.
        side: pixels of the longer side.
        bytes: in memory at once: the float32 picture of `open`, or what a decoder that cannot stream needs as a whole.
        file_bytes: size of the file.
        metadata_bytes: of ICC, EXIF, XMP, IPTC and text chunks together, unpacked.

    >>> Limits(pixels=1_000_000).side
    65535
    """

    pixels: int = 500_000_000
    side: int = 65_535
    bytes: int = 1_600_000_000
    file_bytes: int = 16_000_000_000
    metadata_bytes: int = 64_000_000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise BadInputError(f"The limit {name} must be positive, but is {value}.")

    def check_size(self, height: int, width: int) -> None:
        """Raise TooLargeError where the picture has too many pixels or too long a side."""
        if max(height, width) > self.side:
            raise TooLargeError(
                f"A side may have {self.side:,} pixels, but the picture is {width:,} x {height:,}. "
                "Raise Limits(side=…) if you trust the file."
            )
        if height * width > self.pixels:
            raise TooLargeError(
                f"A picture may have {self.pixels:,} pixels, but this one has {width:,} x {height:,} = "
                f"{height * width:,}. Raise Limits(pixels=…) if you trust the file."
            )

    def check_memory(self, wanted: int, *, why: str) -> None:
        """Raise TooLargeError where `wanted` bytes would be in memory at once."""
        if wanted > self.bytes:
            raise TooLargeError(
                f"{why} needs {wanted:,} bytes in memory at once, but the limit is {self.bytes:,}. "
                "Read it in strips with relume.files.reader, or raise Limits(bytes=…)."
            )

    def check_file(self, size: int) -> None:
        """Raise TooLargeError where the file is too long."""
        if size > self.file_bytes:
            raise TooLargeError(
                f"A file may have {self.file_bytes:,} bytes, but this one has {size:,}. Raise Limits(file_bytes=…)."
            )

    def check_metadata(self, size: int) -> None:
        """Raise TooLargeError where the metadata are too long."""
        if size > self.metadata_bytes:
            raise TooLargeError(
                f"Metadata may have {self.metadata_bytes:,} bytes, but there are {size:,} or more. "
                "Raise Limits(metadata_bytes=…) if you trust the file."
            )
