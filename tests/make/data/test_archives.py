import io
import tarfile
import zipfile
from pathlib import PurePosixPath

import pytest

from relume.errors import BadInputError, TooLargeError, UnreadableFileError
from relume.make.data import archives

FILES = {"a.png": b"first" * 100, "deep/b.jpg": b"second", "notes.txt": b"no picture", "deep/._b.jpg": b"a fork"}


def zipped(path, files=FILES, **options):
    with zipfile.ZipFile(path, "w", **options) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return path


def tarred(path, files=FILES, mode="w"):
    with tarfile.open(path, mode) as packed:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return path


@pytest.fixture(params=["zip", "deflated", "tar"])
def pack(request):
    if request.param == "tar":
        return lambda folder, files=FILES: tarred(folder / "set.tar", files)
    kind = {"zip": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}[request.param]
    return lambda folder, files=FILES: zipped(folder / "set.zip", files, compression=kind)


def test_pictures_are_found_and_read_and_nothing_is_unpacked(pack, tmp_path):
    found = {str(name): fetch() for name, fetch in archives.members(pack(tmp_path))}
    assert found == {name: FILES[name] for name in ("a.png", "deep/b.jpg")}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["../a.png", "/a.png", "deep/../../a.png", "C:a.png", "deep\\a.png", "a\n.png"])
def test_names_that_lead_outside_are_refused(pack, tmp_path, name):
    with pytest.raises(BadInputError, match="Names in an archive are relative and stay inside it.* Pack it again"):
        list(archives.members(pack(tmp_path, {name: b"x"})))


def test_the_same_name_twice_is_refused(tmp_path):
    path = zipped(tmp_path / "set.zip", {"a.png": b"1", "b.png": b"2"})
    path.write_bytes(path.read_bytes().replace(b"b.png", b"a.png"))
    with pytest.raises(BadInputError, match=r"holds a.png twice. Pack it again"):
        list(archives.members(tmp_path / "set.zip"))


def test_a_picture_beyond_the_limit_is_refused_before_it_is_read(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MEMBER_BYTES", 499)
    with pytest.raises(TooLargeError, match=r"may have 499 bytes, but .* holds a.png with 500. Take it out"):
        list(archives.members(pack(tmp_path)))


def test_what_is_no_archive_or_broken_is_named(tmp_path):
    for name, kind in (("set.zip", "no zip archive"), ("set.tar", "no plain tar archive")):
        (tmp_path / name).write_bytes(b"not an archive" * 100)
        with pytest.raises(UnreadableFileError, match=f"{name} is {kind}, or a broken one"):
            list(archives.members(tmp_path / name))
    with pytest.raises(UnreadableFileError, match="pack it again without compression"):
        list(archives.members(tarred(tmp_path / "packed.tar", mode="w:gz")))
    cut = tarred(tmp_path / "cut.tar", {"a.png": b"x" * 3000})
    cut.write_bytes(cut.read_bytes()[:1500])
    with pytest.raises(UnreadableFileError, match=r"cut short in the middle of a.png. Get it again|broken one"):
        list(archives.members(cut))


def test_damaged_bytes_in_a_zip_are_found_when_they_are_read(tmp_path):
    path = zipped(tmp_path / "set.zip", {"a.png": b"x" * 1000})
    path.write_bytes(path.read_bytes().replace(b"x" * 1000, b"x" * 999 + b"y"))
    ((name, fetch),) = archives.members(path)
    assert name == PurePosixPath("a.png")
    with pytest.raises(UnreadableFileError, match="bytes in the archive are damaged .*CRC.* Pack it again"):
        fetch()


def test_an_encrypted_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "set.zip", {"a.png": b"x"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BadInputError, match=r"is encrypted \(a.png\). Pack it again without a password"):
        list(archives.members(path))


def test_a_link_in_the_place_of_a_picture_is_refused(tmp_path):
    with tarfile.open(tmp_path / "set.tar", "w") as packed:
        member = tarfile.TarInfo("a.png")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(member)
    with pytest.raises(BadInputError, match=r"a.png in .* is a link. Pack it again with the files themselves"):
        list(archives.members(tmp_path / "set.tar"))
