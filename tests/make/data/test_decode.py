import cv2
import numpy as np
import pydicom
import pytest
from tests.make.data.made import noise, write

from relume.errors import BadInputError, UnreadableFileError
from relume.make.data.decode import Decoder, Window
from relume.make.data.pictures import Picture


def picture(path):
    return Picture(name=f"set/{path.name}", place=str(path), fetch=lambda: path)


def decoded(path, **options):
    decoder = Decoder(**options)
    samples = decoder(picture(path))
    assert decoder.measure(picture(path)) == (*samples.shape[1:], samples.nbytes)
    return samples


def ct(path, stored, *, modality="CT", slope=1, intercept=-1024):
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    data.Modality, data.RescaleSlope, data.RescaleIntercept = modality, slope, intercept
    data.Rows, data.Columns = stored.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelRepresentation = int(stored.dtype.kind == "i")
    data.PixelData = stored.tobytes()
    data["PixelData"].VR = "OW"
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_samples_are_those_of_the_file_8_and_16_bits_alike(tmp_path, depth, channels):
    samples = noise(0, channels, 9, 12, depth=depth)
    back = decoded(write(tmp_path / "a.png", samples), channels=channels)
    assert back.dtype == depth
    np.testing.assert_array_equal(back, samples)


def test_floats_are_held_with_16_bits(tmp_path):
    values = np.random.default_rng(0).uniform(-0.1, 1.1, (5, 6, 3)).astype(np.float32)
    np.save(tmp_path / "a.npy", values)
    expected = np.rint(values.clip(0, 1).astype(np.float64) * 65535).transpose(2, 0, 1)
    np.testing.assert_allclose(decoded(tmp_path / "a.npy"), expected, atol=1)


def test_grey_becomes_three_equal_channels_and_colour_becomes_luma(tmp_path):
    grey, colour = noise(0, 1, 9, 12), noise(1, 3, 9, 12)
    np.testing.assert_array_equal(decoded(write(tmp_path / "g.png", grey)), np.broadcast_to(grey, (3, 9, 12)))
    expected = cv2.cvtColor(colour.transpose(1, 2, 0), cv2.COLOR_RGB2GRAY)
    back = decoded(write(tmp_path / "c.png", colour), channels=1)
    np.testing.assert_allclose(back[0].astype(int), expected.astype(int), atol=1)


@pytest.mark.parametrize("dtype", [np.uint16, np.int16])
def test_hounsfield_units_of_a_ct_get_the_window(tmp_path, dtype):
    stored = np.random.default_rng(0).integers(0, 3000, (8, 10)).astype(dtype)
    path = ct(tmp_path / "a.dcm", stored, slope=2)
    hounsfield = stored.astype(float) * 2 - 1024
    for window in (Window(), Window(low=-160, high=240)):
        expected = np.rint(((hounsfield - window.low) / (window.high - window.low)).clip(0, 1) * 65535)
        np.testing.assert_allclose(decoded(path, channels=1, window=window)[0], expected, atol=1)


def test_another_dicom_goes_from_its_least_to_its_largest_value(tmp_path):
    stored = np.array([[100, 200], [150, 300]], np.uint16)
    back = decoded(ct(tmp_path / "a.dcm", stored, modality="DX", slope=None, intercept=None), channels=1)
    np.testing.assert_allclose(back[0], np.rint((stored - 100.0) / 200 * 65535), atol=1)


def test_a_broken_picture_is_named_with_what_to_do(tmp_path):
    path = write(tmp_path / "a.png", noise(0, 3, 60, 60))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(
        UnreadableFileError, match=r'a.png cannot be trained on. .* Take it out or .* --skip-broken \(broken="skip"'
    ):
        Decoder()(picture(path))
    path.write_bytes(b"no picture")
    with pytest.raises(UnreadableFileError, match=r"a.png cannot be trained on. This is no picture"):
        Decoder().measure(picture(path))


def test_what_training_has_no_use_for_is_refused(tmp_path):
    from PIL import Image

    Image.new("CMYK", (8, 8)).save(tmp_path / "a.jpg")
    for use in (Decoder(), Decoder().measure):
        with pytest.raises(UnreadableFileError, match="It has 4 channels; a corpus holds grey and RGB pictures"):
            use(picture(tmp_path / "a.jpg"))
    np.save(tmp_path / "a.npy", np.full((4, 4), np.nan, np.float32))
    with pytest.raises(UnreadableFileError, match="It has NaN or infinite pixels"):
        Decoder()(picture(tmp_path / "a.npy"))
    with pytest.raises(BadInputError, match="Crops have 1 or 3 channels, but channels is 2"):
        Decoder(channels=2)
    with pytest.raises(BadInputError, match="A window goes up, but it is 100 to 100. Give low below high"):
        Window(low=100, high=100)
