"""Small pictures of files: made by a process that can do nothing else, without metadata, sealed, and gone with the file."""

import subprocess
import sys
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import text

from casework.admission.admit_files import add_file
from casework.errors import RecordUnknown
from casework.records import list_files, read_thumbnail
from casework.store import NewFile
from casework.store.seal_record import Vault
from casework.thumbnails import Copied, DecoderUnusable, decode_alone, picture_process, shrink_picture
from core.access import Access, Grant, NotAllowed
from core.audit import Action, Purpose, entries_about
from core.database import Zone
from core.permissions import PERMISSIONS, Right, Role
from core.sealing.envelope import CiphertextRefused
from forms import RecordPart
from tests.casework.conftest import OPERATION, Field
from tests.casework.test_files import execute
from tests.casework.test_files import person as person  # noqa: PLC0414  (a fixture)

SECRET = b"N 2.0469 E 45.3182"
HELP = Purpose.ASSISTANCE


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (400, 300), **saved: object) -> bytes:
    """A picture whose left half is dark."""
    sheet = Image.new("L", size, 255)
    sheet.paste(0, (0, 0, size[0] // 2, size[1]))
    held = BytesIO()
    sheet.convert(mode).save(held, kind, **saved)
    return held.getvalue()


def looked_at(made: bytes) -> Image.Image:
    return Image.open(BytesIO(made), formats=["JPEG"]).convert("L")


def turned_phone_photo() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the top of what is stored is the right side of what is seen
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return drawn("JPEG", exif=exif, comment=SECRET, icc_profile=SECRET * 20)


class TestWhatIsMade:
    def test_a_photo_is_upright_small_and_carries_nothing_over(self) -> None:
        content = turned_phone_photo()
        assert content.count(SECRET) > 20
        made = shrink_picture(content)
        assert SECRET not in made
        assert b"Exif" not in made
        picture = looked_at(made)
        assert picture.size == (96, 128)
        assert (picture.getpixel((48, 20)), picture.getpixel((48, 108))) == (0, 255)  # what was left is above
        assert len(made) < 5_000

    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGBA"), ("GIF", "P")],
    )
    def test_other_kinds_too(self, kind: str, mode: str) -> None:
        picture = looked_at(decode_alone.small(drawn(kind, mode)))
        assert picture.size == (128, 96)
        assert picture.getpixel((20, 48)) < 20 < 235 < picture.getpixel((108, 48))

    def test_of_several_pictures_the_first_and_on_white_where_it_is_transparent(self) -> None:
        clear, held = Image.new("RGBA", (10, 10), (0, 0, 0, 0)), BytesIO()
        clear.save(held, "GIF", save_all=True, append_images=[Image.new("RGBA", (10, 10), "black")])
        assert looked_at(decode_alone.small(held.getvalue())).getpixel((5, 5)) == 255

    def test_what_a_picture_says_of_itself_in_words_is_not_carried_over(self) -> None:
        said = PngImagePlugin.PngInfo()
        said.add_text("Comment", SECRET.decode())
        assert SECRET not in decode_alone.small(drawn("PNG", pnginfo=said))


class TestWhatIsNotMade:
    @pytest.mark.parametrize(
        "content",
        [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nno picture", drawn("JPEG")[:900], drawn("BMP"), drawn("TIFF")],
        ids=["nothing", "no picture", "broken", "cut", "BMP", "TIFF"],
    )
    def test_of_what_is_no_picture_of_the_four_kinds(self, content: bytes) -> None:
        assert shrink_picture(content) == b""

    def test_of_a_bomb(self) -> None:
        held = BytesIO()
        Image.new("1", (8_000, 8_001)).save(held, "PNG")
        bomb = held.getvalue()
        assert len(bomb) < 10_000
        assert shrink_picture(bomb) == b""

    def test_of_more_bytes_than_are_decoded_no_process_is_started(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture_process, "MOST_BYTES", 1_000)
        monkeypatch.setattr(picture_process, "PROGRAM", "nothing is here")
        assert shrink_picture(drawn("PNG", size=(2, 2)) + bytes(1_000)) == b""

    def test_no_more_is_remembered_than_is_decoded(self) -> None:
        pieces = [bytes(picture_process.MOST_BYTES), b"1", b"2"]
        copied = Copied(pieces)
        assert list(copied) == pieces
        assert copied.whole == b""
        few = Copied([b"1", b"2"])
        assert (list(few), few.whole) == ([b"1", b"2"], b"12")

    def test_what_takes_too_long_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture_process, "PATIENCE", 0)
        assert shrink_picture(drawn("PNG")) == b""

    def test_a_machine_that_decodes_nothing_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(picture_process, "PROGRAM", "nothing is here")
        with pytest.raises(DecoderUnusable):
            shrink_picture(drawn("PNG"))


@pytest.mark.parametrize(
    ("deed", "refused"),
    [
        ("open('/etc/hostname')", "OSError"),
        ("socket.socket()", "OSError"),
        ("os.system('true') and 0/0", "ZeroDivisionError"),
        ("bytearray(2 * 1024**3)", "MemoryError"),
    ],
)
def test_the_process_that_decodes_can_do_nothing_else(deed: str, refused: str) -> None:
    """As its program does, and then something else."""
    program = (
        f"import os, socket, sys; sys.path.insert(0, {str(picture_process.PROGRAM.parent)!r}); import decode_alone\n"
        f"decode_alone.give_up_rights()\ntry: {deed}\nexcept BaseException as error: print(type(error).__name__)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, env={}, check=True)
    assert done.stdout.strip() == refused


@pytest.fixture
def photo(field_team: Field, person: UUID) -> UUID:
    new = NewFile("photo.jpg", "image/jpeg", [turned_phone_photo()], RecordPart.NARRATIVE)
    with field_team.zone() as session:
        return add_file(Vault(session, field_team.ring, OPERATION), person, new)


def thumbnail(team: Field, file: UUID, access: Access | None = None) -> bytes:
    with team.database.transaction(Zone.CASEWORK, operation=OPERATION, access=access) as session:
        return read_thumbnail(session, team.ring, file, purpose=HELP)[1]


def kept(team: Field, file: UUID) -> list[bytes]:
    return [row.content for row in execute(team, f"SELECT content FROM casework.thumbnail WHERE file = '{file}'")]


class TestWhatIsKept:
    def test_it_is_made_once_with_the_file_and_sealed(
        self, field_team: Field, photo: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [sealed] = kept(field_team, photo)
        assert b"JFIF" not in sealed
        monkeypatch.setattr(picture_process, "PROGRAM", "nothing is here")
        assert looked_at(thumbnail(field_team, photo)).size == (96, 128)

    def test_of_an_older_file_it_is_made_when_somebody_first_looks(self, field_team: Field, photo: UUID) -> None:
        execute(field_team, "DELETE FROM casework.thumbnail")
        access = Access("amal", OPERATION, (Grant(Role.CASEWORKER),))
        made = thumbnail(field_team, photo, access)
        assert len(kept(field_team, photo)) == 1
        assert thumbnail(field_team, photo, access) == made != b""

    def test_that_there_is_none_is_remembered(self, field_team: Field, person: UUID) -> None:
        with field_team.zone() as session:
            [signature] = list_files(session, field_team.ring, person, purpose=HELP)  # a phone called it a picture
        assert len(kept(field_team, signature.id)) == 1
        assert thumbnail(field_team, signature.id) == b""

    def test_a_file_is_kept_where_no_picture_can_be_made(
        self, field_team: Field, person: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(picture_process, "PROGRAM", "nothing is here")
        new = NewFile("photo.jpg", "image/jpeg", [turned_phone_photo()], RecordPart.FACTS)
        with field_team.zone() as session:
            file = add_file(Vault(session, field_team.ring, OPERATION), person, new)
        assert kept(field_team, file) == []
        with pytest.raises(DecoderUnusable):
            thumbnail(field_team, file)

    def test_another_files_picture_does_not_open(self, field_team: Field, person: UUID, photo: UUID) -> None:
        execute(
            field_team,
            f"UPDATE casework.thumbnail t SET content = p.content FROM casework.thumbnail p WHERE p.file = '{photo}'",
        )
        with field_team.zone() as session:
            [other] = [one for one in list_files(session, field_team.ring, person, purpose=HELP) if one.id != photo]
        with pytest.raises(CiphertextRefused, match=str(other.id)):
            thumbnail(field_team, other.id)

    def test_it_goes_with_its_file(self, field_team: Field, photo: UUID) -> None:
        execute(field_team, f"DELETE FROM casework.file WHERE id = '{photo}'")
        assert kept(field_team, photo) == []


class TestWhoSeesIt:
    def test_who_reads_files(self, field_team: Field, photo: UUID) -> None:
        for role in Role:
            access = Access("amal", OPERATION, (Grant(role),))
            if role in PERMISSIONS[Right.READ_FILES]:
                assert thumbnail(field_team, photo, access)
            else:
                with pytest.raises(NotAllowed):
                    thumbnail(field_team, photo, access)

    def test_out_of_reach_there_is_none(self, field_team: Field, photo: UUID) -> None:
        elsewhere = Access("amal", OPERATION, (Grant(Role.CASEWORKER, team="team-2"),))
        with pytest.raises(RecordUnknown):
            thumbnail(field_team, photo, elsewhere)
        with field_team.database.transaction(Zone.CASEWORK, operation=OPERATION, access=elsewhere) as session:
            assert session.execute(text("SELECT file FROM casework.thumbnail")).all() == []

    def test_who_is_kept_from_what_it_speaks_of_does_not(self, field_team: Field, photo: UUID, person: UUID) -> None:
        with field_team.changing() as session:
            session.execute(
                text("INSERT INTO casework.kept_from VALUES (:person, 'narrative', 'badr', :operation, 'amal', now())"),
                {"person": person, "operation": OPERATION},
            )
        with pytest.raises(NotAllowed):
            thumbnail(field_team, photo, Access("badr", OPERATION, (Grant(Role.CASEWORKER),)))

    def test_looking_is_noted_like_the_file(self, field_team: Field, photo: UUID) -> None:
        thumbnail(field_team, photo, Access("amal", OPERATION, (Grant(Role.CASEWORKER),)))
        with field_team.database.transaction(Zone.AUDIT, operation=OPERATION) as session:
            lines = entries_about(session, f"casework.file:{photo}")
        assert [(line.actor, line.action) for line in lines] == [("amal", Action.READ)]
