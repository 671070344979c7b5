"""Images in an author's texts: what is read, what is refused and where, and what is made of a stranger's file."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from practicum.course import images, scan_course
from practicum.course.render import inline, to_html
from practicum.model import Image
from practicum.prove.evidence_hash import evidence_hash
from tests.course.making import PATH, PROBLEM, change, line_of, mistakes, write
from tests.documents import section, spans

SHOWN = change("What does this give?", "Look: ![a falling loss](../images/loss.png)")
TEXT = "topic/images/loss.png"


def png(width: int = 3, height: int = 2, mode: str = "RGB", **options: object) -> bytes:
    """A PNG file."""
    return encoded(Pillow.new(mode, (width, height)), "PNG", **options)


def encoded(image: Pillow.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)  # type: ignore[arg-type]
    return file.getvalue()


def read(root: Path, data: bytes, name: str = "loss.png") -> Image:
    """The image of the problem, if this is its file."""
    text = SHOWN.replace("loss.png", name)
    scan = scan_course(write(root, {PATH: text, f"topic/images/{name}": data}))
    assert scan.mistakes == []
    return scan.course.topics[0].problems["challenge"][0].variants[0].images[0]


def codes(root: Path, data: bytes, name: str = "loss.png") -> list[str]:
    """The codes of the mistakes if this is the file of the problem's image."""
    files: dict[str, str | bytes] = {PATH: SHOWN.replace("loss.png", name), f"topic/images/{name}": data}
    return [code for _, _, code in mistakes(root, files)]


# --- where images are read from


def test_images_are_read_wherever_a_text_may_show_one(tmp_path: Path) -> None:
    """From the topic's folder, and from that of a problem; in every variant, page and card."""
    scan = scan_course(
        write(
            tmp_path,
            {
                TEXT: png(),
                PATH: SHOWN,
                "topic/challenge/02/problem.md": PROBLEM.replace("It begins", "![the start](start.png) It begins"),
                "topic/challenge/02/start.png": png(5, 4),
                "topic/learn.md": "# P\n\n![a loss](images/loss.png) and [![b][ref]](https://example.org)\n\n"
                "[ref]: images/loss.png\n",
                "topic/recall.md": "## What is ![a loss](images/loss.png)?\n\nA loss.\n",
            },
        )
    )

    assert scan.mistakes == []
    topic = scan.course.topics[0]
    first, second = topic.problems["challenge"]
    assert [image.source for variant in first.variants for image in variant.images] == ["../images/loss.png"] * 2
    assert [(image.width, image.height) for image in second.variants[1].images] == [(5, 4)]
    assert {image.address for image in topic.pages["learn"].images} == {first.variants[0].images[0].address}
    assert len(topic.decks["recall"].cards[0].images) == 1


def test_a_problem_s_folder_may_have_a_folder_of_images(tmp_path: Path) -> None:
    """As its topic does."""
    text = PROBLEM.replace("It begins", "![the start](images/start.png) It begins")
    scan = scan_course(
        write(tmp_path, {"topic/challenge/02/problem.md": text, "topic/challenge/02/images/start.png": png()})
    )

    assert scan.mistakes == []
    assert scan.course.topics[0].problems["challenge"][0].variants[0].images


def test_an_image_may_differ_by_variant(tmp_path: Path) -> None:
    """Its path is filled in like all text."""
    text = change("What does this give?", "![a loss](../images/{{ side }}.png)")
    files: dict[str, str | bytes] = {PATH: text, "topic/images/2.png": png(), "topic/images/3.png": png(4)}

    variants = scan_course(write(tmp_path, files)).course.topics[0].problems["challenge"][0].variants

    assert [variant.images[0].width for variant in variants] == [3, 4]


@pytest.mark.parametrize(
    ("markdown", "code"),
    [
        ("![](../images/loss.png)", "no-alternative-text"),
        ("![ ](../images/loss.png)", "no-alternative-text"),
        ("![a](../images/absent.png)", "missing-image"),
        ("![a](images/loss.png)", "missing-image"),
        ("![a](https://example.org/loss.png)", "image-not-relative"),
        ("![a](//example.org/loss.png)", "image-not-relative"),
        ("![a](/images/loss.png)", "image-not-relative"),
        ("![a](file:///etc/passwd)", "image-not-relative"),
        ("![a](data:image/png;base64,AAAA)", "image-not-relative"),
        ("![a](../../../outside.png)", "image-outside"),
        ("![a](..%2f..%2f..%2foutside.png)", "image-outside"),
        ("![a](../images/loss.svg)", "image-type"),
        ("![a](../images/loss.gif)", "image-type"),
        ("![a](../topic.toml)", "image-type"),
        ("![a](../images/folder.png)", "not-a-file"),
    ],
)
@pytest.mark.parametrize("place", ["What does this give?", "  Each number counts once.", "It begins at 0."])
def test_what_cannot_be_shown_is_a_mistake_at_its_line(tmp_path: Path, markdown: str, code: str, place: str) -> None:
    """In each part of a problem, once for all variants."""
    (tmp_path / "outside.png").write_bytes(png())
    root = tmp_path / "course"
    (root / "topic/images/folder.png").mkdir(parents=True)
    files: dict[str, str | bytes] = {PATH: change(place, f"{place} {markdown}"), TEXT: png()}

    assert (PATH, line_of(place.strip()), code) in mistakes(root, files)


def test_links_out_of_the_course_are_refused(tmp_path: Path) -> None:
    """However the path looks."""
    (tmp_path / "outside.png").write_bytes(png())
    root = write(tmp_path / "course", {PATH: SHOWN, TEXT: png()})
    (root / TEXT).unlink()
    (root / TEXT).symlink_to(tmp_path / "outside.png")

    assert [(mistake.path, mistake.code) for mistake in scan_course(root).mistakes] == [(PATH, "link-outside")]


def test_only_images_lie_among_images(tmp_path: Path) -> None:
    """A file of another type is unknown, as elsewhere."""
    files: dict[str, str | bytes] = {PATH: PROBLEM, "topic/images/loss.svg": "<svg/>", TEXT: png()}

    assert mistakes(tmp_path, files) == [("topic/images/loss.svg", 1, "unknown-file")]


def test_titles_hold_no_image(tmp_path: Path) -> None:
    """They stand in lists and tabs, as plain text."""
    files: dict[str, str | bytes] = {PATH: change("The sum of", "![a](../images/loss.png) of"), TEXT: png()}

    assert mistakes(tmp_path, files) == [(PATH, line_of("# The sum"), "title-not-text")]


# --- a stranger's file


def test_only_the_pixels_of_a_file_are_served(tmp_path: Path) -> None:
    """No metadata, no second file behind the image."""
    secret = PngInfo()
    secret.add_text("Comment", "<script>alert(1)</script>")
    data = png(pnginfo=secret) + b"PK\x03\x04 <script>"

    image = read(tmp_path, data)

    assert b"script" not in image.content
    with Pillow.open(io.BytesIO(image.content)) as pixels:
        assert (pixels.size, pixels.format) == ((3, 2), "PNG")


@pytest.mark.parametrize(("mode", "file_format"), [("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG")])
def test_every_mode_of_pixels_is_read(tmp_path: Path, mode: str, file_format: str) -> None:
    """What no browser shows becomes RGB."""
    ending = {"PNG": "png", "JPEG": "jpg"}[file_format]

    image = read(tmp_path, encoded(Pillow.new(mode, (3, 2)), file_format), f"loss.{ending}")

    assert (image.width, image.height) == (3, 2)
    assert image.address.endswith(f".{ending}")


def test_a_photograph_is_upright_and_shows_no_place(tmp_path: Path) -> None:
    """Its EXIF data are applied, then left out."""
    exif = Pillow.Exif()
    exif[0x0112] = 6  # rotated by 90 degrees
    exif[0x010F] = "A camera"

    image = read(tmp_path, encoded(Pillow.new("RGB", (40, 20)), "JPEG", exif=exif), "loss.jpg")

    assert (image.width, image.height) == (20, 40)
    assert b"A camera" not in image.content


def test_transparency_stays(tmp_path: Path) -> None:
    """Of RGBA and of a palette."""
    palette = Pillow.new("P", (2, 2))
    palette.putpalette([255, 0, 0, 0, 255, 0])

    for data in (png(mode="RGBA"), encoded(palette, "PNG", transparency=0)):
        with Pillow.open(io.BytesIO(read(tmp_path, data).content)) as pixels:
            assert pixels.convert("RGBA").getpixel((0, 0))[3] == 0  # type: ignore[index]


def chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", (60_000).to_bytes(4, "big") * 2 + b"\x01\x00\x00\x00\x00")
    + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
    + chunk(b"IEND", b"")
)
"""A small file that says it has billions of pixels."""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (BOMB, "image-damaged"),
        (png(2001, 2000, "1"), "image-too-large"),
        (bytes(images.MAX_FILE_SIZE + 1), "image-too-large"),
        (b"", "image-damaged"),
        (png()[:-25], "image-damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image-damaged"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "image-damaged"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "image-damaged"),
        (encoded(Pillow.new("RGB", (3, 2)), "JPEG"), "image-damaged"),
    ],
)
def test_a_file_that_is_too_large_or_something_else_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    """Whatever its ending says."""
    assert codes(tmp_path, data) == [code]


# --- what becomes of them


def test_an_image_reserves_its_place() -> None:
    """With its size, its alternative text, and nothing else of the author's."""
    image = Image("loss.png", "/images/0123.png", 30, 20)
    expected = '<img class="shown" src="/images/0123.png" alt="a &quot;loss&quot;" width="30" height="20">'

    assert to_html('See ![a "loss"](loss.png "t")', [image]) == f"<p>See {expected}</p>\n"
    assert inline('![a "loss"](loss.png)', [image]) == expected
    assert to_html("![other](other.png)", [image]) == "<p>other</p>\n"


def test_a_changed_image_changes_its_address_and_what_was_asked_but_no_verdict(tmp_path: Path) -> None:
    """Nothing is run or compared with it."""
    found = []
    for data in (png(), png(4)):
        course = scan_course(write(tmp_path, {PATH: SHOWN, TEXT: data})).course
        found.append((course.topics[0], course.topics[0].problems["challenge"][0]))
    (topic, before), (_, after) = found

    assert before.variants[0].images[0].address != after.variants[0].images[0].address
    assert before.mark(0) != after.mark(0)
    assert evidence_hash(before, topic) == evidence_hash(after, topic)


def test_what_is_read_is_documented() -> None:
    """Each ending, and both limits."""
    text = section("Images")

    assert spans(text) >= {ending.lstrip(".") for ending in images.FORMATS}
    assert f"{images.MAX_FILE_SIZE >> 20} MiB" in text
    assert f"{images.MAX_PIXELS // 10**6} million pixels" in " ".join(text.split())
