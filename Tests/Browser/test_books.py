"""What is said of a book: at the desk, in the ledger, in the shop."""

import json
import random
import urllib.request
import zlib

from shop import all_of, heading, one, open_book, press, sign_in, text, wait, wait_for_path
from test_desk import facts, fill, ledger

BUTTON = "form[action='/desk/edit'] button"


def edit(browser, store, item, reason="a correction", **fields):
    browser.get(f"{store.shop}/desk/book/{item}/edit")
    fill(browser, {f"#{name}": value for name, value in fields.items()} | {"#reason": reason}, BUTTON)


def test_a_book_is_corrected(store, browser):
    sign_in(browser, store, keeper="ann")
    browser.get(store.shop + "/desk/book/18")
    press(next(link for link in all_of(browser, "main a") if link.text == "Edit title and details"))
    wait_for_path(browser, "/desk/book/18/edit")
    assert one(browser, "#title").get_attribute("value") == "Of Gardens and Wods"
    fill(browser, {"#title": "Of Gardens and Woods", "#authors": "Francis Bacon;  Ann <b>Editor</b>",
                   "#isbn": "978-0-306-40615-8", "#published": "1625-03", "#language": "en",
                   "#description": "On <b>gardens</b>.\n\nSecond <script>alert(1)</script> paragraph.",
                   "#reason": "mistyped"}, BUTTON)
    # The digit that would be right is named, and what was typed is still there.
    wait(browser, "the fault", lambda: "would be 7" in one(browser, "#isbn-fault").text)
    assert browser.switch_to.active_element == one(browser, "#isbn")
    assert one(browser, "#description").get_attribute("value").endswith("</script> paragraph.")
    fill(browser, {"#isbn": "0-306-40615-2"}, BUTTON)
    wait(browser, "the change", lambda: "The book is changed" in text(browser))
    assert heading(browser) == "Of Gardens and Woods"
    known = facts(browser)
    assert known["ISBN"] == "9780306406157" and known["Published"] == "March 1625" and known["Language"] == "English"
    row = ledger(browser)[0]
    assert row[1].startswith("Edited") and row[5:] == ["ann", "mistyped"]
    assert "Title: Of Gardens and Wods Of Gardens and Woods" in row[1] and "ISBN: 9780306406157" in row[1]
    open_book(browser, store, 18)
    assert heading(browser) == "Of Gardens and Woods" and "Francis Bacon, Ann <b>Editor</b>" in text(browser)
    assert [line.text for line in all_of(browser, ".lines")] == [
        "On <b>gardens</b>.", "Second <script>alert(1)</script> paragraph."]
    data = json.loads(one(browser, "script[type='application/ld+json']").get_attribute("textContent"))
    assert data["isbn"] == "9780306406157" and data["datePublished"] == "1625-03" and data["inLanguage"] == "en"
    assert [author["name"] for author in data["author"]] == ["Francis Bacon", "Ann <b>Editor</b>"]
    assert one(browser, "meta[name=description]").get_attribute("content").startswith("On <b>gardens</b>.")
    browser.get(store.shop + "/topic?name=essays")
    assert "Francis Bacon" in one(browser, ".books .by").text
    # Nothing that was left as it was is changed, and what is emptied is removed.
    edit(browser, store, 18, published="", reason="not sure")
    wait(browser, "the change", lambda: "The book is changed" in text(browser))
    assert "Published" not in facts(browser)
    assert ledger(browser)[0][1].split("\n")[1:] == ["Published: 1625-03 removed"]
    edit(browser, store, 18)
    wait(browser, "the notice", lambda: "nothing was changed" in text(browser))


def test_an_edit_that_conflicts_shows_both(store, browsers):
    ann, bob = browsers(), browsers()
    for browser, keeper in ((ann, "ann"), (bob, "bob")):
        sign_in(browser, store, keeper=keeper)
        browser.get(store.shop + "/desk/book/19/edit")
    # Customers and other fields do not matter.
    assert store.ask("/buy?item_number=19", "POST") == "Success"
    fill(ann, {"#title": "Of Studies and Travel", "#publisher": "Haviland", "#reason": "the whole title"}, BUTTON)
    wait(ann, "the change", lambda: "The book is changed" in text(ann))
    fill(bob, {"#title": "Of Study", "#language": "en", "#reason": "shorter"}, BUTTON)
    wait(bob, "the conflict", lambda: "meanwhile" in heading(bob))
    assert "Of Studies and Travel" in one(bob, "#title-now").text
    assert one(bob, "#title").get_attribute("value") == "Of Study"
    assert store.ask("/lookup?item_number=19")["title"] == "Of Studies and Travel"
    press(one(bob, BUTTON))
    wait(bob, "the change", lambda: "The book is changed" in text(bob))
    assert heading(bob) == "Of Study" and facts(bob)["Publisher"] == "Haviland" and facts(bob)["Language"] == "English"
    assert [entry[5] for entry in ledger(bob)[:2]] == ["bob", "ann"]


def image(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return str(path)


def png_of(width, height, pixels):
    """A PNG of `width` × `height` pixels, whose rows are made of `pixels`."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    rows = b"".join(b"\0" + pixels(width * 3) for _ in range(height))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def test_a_book_gets_a_cover(store, browser, tmp_path):
    png = png_of(2, 3, bytes)
    sign_in(browser, store)

    def give(content):
        browser.get(store.shop + "/desk/book/20")
        press(all_of(browser, "details summary")[-1])
        one(browser, "#image").send_keys(image(tmp_path, "cover.png", content))
        fill(browser, {"#cover-why": "from the publisher"}, "form[action='/desk/cover'] button")

    # What is only called an image is refused.
    give(b"<script>alert(1)</script>")
    wait(browser, "the refusal", lambda: "no PNG, JPEG or WebP" in text(browser))
    give(png)
    wait(browser, "the change", lambda: "The book is changed" in text(browser))
    open_book(browser, store, 20)
    cover = one(browser, ".book img.cover")
    wait(browser, "the image", lambda: browser.execute_script("return arguments[0].naturalWidth", cover) == 2)
    data = json.loads(one(browser, "script[type='application/ld+json']").get_attribute("textContent"))
    assert data["image"] == cover.get_attribute("src")
    with urllib.request.urlopen(cover.get_attribute("src")) as answer:
        assert answer.read() == png and answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"] and answer.headers["x-content-type-options"] == "nosniff"
    browser.get(store.shop + "/topic?name=essays")
    assert len(all_of(browser, ".books img.cover")) == 1
    browser.get(store.shop + "/desk/book/20")
    press(all_of(browser, "details summary")[-1])
    fill(browser, {"#cover-why": "wrong edition"}, "form[action='/desk/cover'] button[name=remove]")
    wait(browser, "the drawn cover", lambda: all_of(browser, "svg.cover"))
    assert store.status("/cover/" + "0" * 64) == 404


def test_a_large_image_is_made_smaller(store, browsers, tmp_path):
    # A photograph: noise, which nothing compresses, of more than 2 MB.
    photograph = image(tmp_path, "photograph.png", png_of(880, 800, random.Random(1).randbytes))
    browser = browsers()
    sign_in(browser, store)
    browser.get(store.shop + "/desk/book/19")
    press(all_of(browser, "details summary")[-1])
    one(browser, "#image").send_keys(photograph)
    # As high as a cover is shown, and wider: the page shows its middle.
    wait(browser, "the smaller image", lambda: "766 × 696 pixels" in one(browser, "#image-hint").text)
    fill(browser, {"#cover-why": "scanned"}, "form[action='/desk/cover'] button")
    wait(browser, "the change", lambda: "The book is changed" in text(browser))
    with urllib.request.urlopen(one(browser, "img.cover").get_attribute("src")) as answer:
        assert answer.headers["content-type"] == "image/jpeg" and len(answer.read()) < 1024 * 1024
    # Without scripts the store says what is wrong with it.
    browser = browsers(scripts=False)
    sign_in(browser, store)
    browser.get(store.shop + "/desk/book/18")
    press(all_of(browser, "details summary")[-1])
    one(browser, "#image").send_keys(photograph)
    fill(browser, {"#cover-why": "scanned"}, "form[action='/desk/cover'] button")
    wait(browser, "the refusal", lambda: "longer than" in text(browser))


def test_a_retired_book_is_brought_back(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/book/20")
    press(one(browser, "details summary"))
    fill(browser, {"#why": "out of print"}, "form[action='/desk/retire'] button")
    wait(browser, "the book is retired", lambda: "The book is retired" in text(browser))
    assert store.status("/book/20") == 404
    fill(browser, {"#why": "printed anew"}, "form[action='/desk/restore'] button")
    wait(browser, "the book is back", lambda: "back in the shop" in text(browser))
    assert store.status("/book/20") == 200
    assert [entry[1] for entry in ledger(browser)[:2]] == ["Brought back", "Retired"]
