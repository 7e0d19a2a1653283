"""DICOM in and out, against pydicom alone."""

import io

import numpy as np
import pytest

from relume import files
from relume.errors import CannotKeepError, TooLargeError, UnreadableFileError
from relume.files import Limits

pydicom = pytest.importorskip("pydicom")


def dicom(values: np.ndarray, *, stored: int, photometric: str = "MONOCHROME2", **attributes: object) -> bytes:
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    data.PatientName, data.Modality, data.ImageType = "Doe^Jane", "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.Rows, data.Columns = values.shape[:2]
    data.SamplesPerPixel, data.PhotometricInterpretation = (3 if values.ndim == 3 else 1), photometric
    data.BitsAllocated, data.BitsStored, data.HighBit = values.dtype.itemsize * 8, stored, stored - 1
    data.PixelRepresentation = int(values.dtype.kind == "i")
    if values.ndim == 3:
        data.PlanarConfiguration = 0
    for name, value in attributes.items():
        setattr(data, name, value)
    data.PixelData = values.tobytes()
    data["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("dtype", "stored", "low", "high", "photometric"),
    [
        ("uint8", 8, 0, 256, "MONOCHROME2"),
        ("uint16", 12, 0, 4096, "MONOCHROME2"),
        ("uint16", 16, 0, 65536, "MONOCHROME1"),
        ("int16", 16, -32768, 32768, "MONOCHROME2"),
        ("int16", 12, -1024, 2048, "MONOCHROME1"),
        ("uint8", 8, 0, 256, "RGB"),
    ],
)
def test_stored_values_come_back_exactly(dtype: str, stored: int, low: int, high: int, photometric: str) -> None:
    shape = (12, 10, 3) if photometric == "RGB" else (12, 10)
    values = np.random.default_rng(1).integers(low, high, shape).astype(dtype)
    image = files.open(
        dicom(values, stored=stored, photometric=photometric, RescaleSlope=2.0, RescaleIntercept=-1000.0)
    )
    back = pydicom.dcmread(io.BytesIO(files.encode(image, "dicom")))
    np.testing.assert_array_equal(back.pixel_array, values)
    assert (back.RescaleSlope, back.RescaleIntercept, back.PatientName) == (2, -1000, "Doe^Jane")


def test_the_darkest_is_0_the_brightest_1_whatever_its_sign() -> None:
    values = np.array([[-1000, 0, 3000]], np.int16)
    assert files.open(dicom(values, stored=16)).pixels[0, :, 0].tolist() == [0, 0.25, 1]
    inverted = files.open(dicom(values, stored=16, photometric="MONOCHROME1"))
    assert inverted.pixels[0, :, 0].tolist() == [1, 0.75, 0]
    assert inverted.kept.span == (3000, -1000)


def test_computed_tomography_is_in_hounsfield_units_whatever_else_the_slice_shows() -> None:
    values = np.array([[0, 1024, 2000]], np.uint16)
    image = files.open(dicom(values, stored=12, RescaleSlope=1.0, RescaleIntercept=-1024.0))
    np.testing.assert_allclose(image.pixels[0, :, 0], (values[0] - 1024 + 1024) / 4095, atol=1e-7)
    halved = files.open(dicom(values, stored=12, RescaleSlope=0.5, RescaleIntercept=0.0))
    np.testing.assert_allclose(halved.pixels[0, :, 0], (values[0] * 0.5 + 1024) / 4095, atol=1e-7)
    other = files.open(dicom(values, stored=12, RescaleSlope=1.0, RescaleIntercept=-1024.0, Modality="CR"))
    assert (other.pixels.min(), other.pixels.max()) == (0, 1)


def test_padding_does_not_stretch_the_scale() -> None:
    values = np.array([[-2000, 0, 100]], np.int16)
    assert files.open(dicom(values, stored=16, PixelPaddingValue=-2000)).kept.span == (0, 100)


def test_what_is_written_says_that_it_is_derived() -> None:
    source = dicom(np.zeros((4, 4), np.uint16), stored=12, DerivationDescription="resampled")
    back = pydicom.dcmread(io.BytesIO(files.encode(files.open(source), "dcm")))
    assert back.SOPInstanceUID != "1.2.3.4"
    assert back.SOPInstanceUID == back.file_meta.MediaStorageSOPInstanceUID
    assert list(back.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"]
    assert back.DerivationDescription == "resampled; Restored with relume; not for primary diagnosis"
    assert back.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3.4"
    assert pydicom.dcmread(io.BytesIO(source)).SOPInstanceUID == "1.2.3.4"


def test_restored_values_are_clipped_to_what_the_bits_hold() -> None:
    image = files.open(dicom(np.array([[0, 2000]], np.uint16), stored=12))
    bright = image.replace(image.pixels * 5 - 1)
    back = pydicom.dcmread(io.BytesIO(files.encode(bright, "dicom"))).pixel_array
    assert back.tolist() == [[0, 4095]]


def test_a_larger_picture_has_smaller_pixels() -> None:
    image = files.open(dicom(np.zeros((4, 6), np.uint16), stored=12, PixelSpacing=[0.5, 0.5]))
    twice = image.replace(np.zeros((8, 12, 1), np.float32))
    back = pydicom.dcmread(io.BytesIO(files.encode(twice, "dicom")))
    assert (back.Rows, back.Columns, list(back.PixelSpacing)) == (8, 12, [0.25, 0.25])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="compressed as JPEG 2000.*no decoder is installed.*pylibjpeg"):
        data = pydicom.dcmread(io.BytesIO(dicom(np.zeros((4, 4), np.uint16), stored=12)))
        data.file_meta.TransferSyntaxUID = pydicom.uid.JPEG2000Lossless
        data.PixelData = pydicom.encaps.encapsulate([b"\xff\x4f\xff\x51" + bytes(60)])
        out = io.BytesIO()
        data.save_as(out)
        files.open(out.getvalue())
    with pytest.raises(UnreadableFileError, match="DICOM holds no picture or is broken"):
        files.open(bytes(128) + b"DICM" + bytes(40))
    with pytest.raises(UnreadableFileError, match="this one has 32 bits in MONOCHROME2. Convert it first"):
        files.open(dicom(np.zeros((4, 4), np.uint32), stored=32))
    with pytest.raises(TooLargeError, match="60,000"):
        files.open(dicom(np.zeros((4, 4), np.uint16), stored=16, Rows=60_000, Columns=60_000), limits=Limits())
    image = files.open(dicom(np.zeros((4, 4), np.uint16), stored=16))
    with pytest.raises(CannotKeepError, match="DICOM keeps its depth, uint16, but uint8 was asked for"):
        files.encode(image, "dicom", depth="uint8")
    with pytest.raises(CannotKeepError, match="The DICOM had 1 channels, but the picture has 3"):
        files.encode(image.replace(np.zeros((4, 4, 3), np.float32)), "dicom")
