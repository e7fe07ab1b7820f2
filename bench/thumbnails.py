"""What a small picture costs: a photo of 12 million pixels and a scan, each through a process of its own, by processor time.

Run: PYTHONPATH=. .venv/bin/python bench/thumbnails.py [--times N]

The floor is the same process with what is no picture: its start, and what it imports. The photo is made of noise, which a JPEG
holds worst of all.
"""

import argparse
import resource
import statistics
from io import BytesIO

from PIL import Image

from casework.thumbnails import shrink_picture


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--times", type=int, default=15)
    times = asked.parse_args().times
    photo = Image.effect_noise((400, 300), 60).resize((4_000, 3_000)).convert("RGB")
    scan = Image.new("L", (2_480, 3_508), 255)
    scan.paste(Image.effect_noise((2_000, 3_000), 90).point(lambda grey: 255 * (grey > 40)), (240, 250))
    for what, content in (
        ("floor: what is no picture", b"\xff\xd8\xff and nothing more"),
        ("a photo of 12 million pixels, JPEG", written(photo, "JPEG")),
        ("the same, WebP", written(photo, "WEBP")),
        ("a scan of 8.7 million pixels, PNG", written(scan, "PNG")),
    ):
        spent = sorted(of(content) for _ in range(times))
        made = len(shrink_picture(content))
        print(f"{what:<40}{len(content):12,} bytes{statistics.median(spent) * 1000:8.0f} ms CPU{made:8,} bytes made")


def written(picture: Image.Image, kind: str) -> bytes:
    held = BytesIO()
    picture.save(held, kind)
    return held.getvalue()


def of(content: bytes) -> float:
    """Processor seconds of the process that makes one."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shrink_picture(content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
