"""Draws the letters of figures in pixels: `python typeface.py DejaVuSans.ttf`, with Pillow, beside this file.

DejaVu Sans may be embedded and changed (https://dejavu-fonts.github.io/License.html). The last letter stands for all
that are not there. A field's first pixel holds the letter's width.
"""

import pathlib
import sys

from PIL import Image, ImageDraw, ImageFont

FIELD, ROW, SIZE, LEFT, BASE = 48, 16, 32, 6, 34
LETTERS = "".join(map(chr, range(32, 127))) + "−×÷·…→←↓↑✔✘∞≈°–—‘’“”äöüÄÖÜßéèêáàâçñóòôíìîúùûåøæ²³½□"

here = pathlib.Path(__file__).parent
font = ImageFont.truetype(sys.argv[1], SIZE)
picture = Image.new("L", (ROW * FIELD, -(-len(LETTERS) // ROW) * FIELD))
pen = ImageDraw.Draw(picture)
for index, letter in enumerate(LETTERS):
    x, y = index % ROW * FIELD, index // ROW * FIELD
    pen.text((x + LEFT, y + BASE), letter, font=font, fill=255, anchor="ls")
    picture.putpixel((x, y), round(font.getlength(letter)))
picture.save(here / "typeface.png", optimize=True)
(here / "typeface.txt").write_text(LETTERS + "\n", encoding="utf-8")
