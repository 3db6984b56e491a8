"""A new shopkeeper: from an empty store to one with a wholesaler's ten thousand books."""

import threading
import urllib.parse

import pytest
from selenium.webdriver.support.ui import Select

from shop import all_of, heading, one, press, sign_in, text, wait
from store import Store
from test_books import edit, image, png_of
from test_desk import choose, facts, fill

BOOK_COUNT = 10_000
# A build for development on a slow machine takes its time.
IMPORT_SECONDS_MAX = 180
# Every book has another, and none is a part of another's.
NOUNS = ["Lighthouse", "Orchard", "Harbour", "Clockmaker", "Winter", "Letter", "Mountain", "Violin", "Garden", "Bridge"]
TOPICS = ["Belletristik", "Kochen", "Reise", "Gärten"]


def isbn(number):
    digits = f"978{number:09}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def title(number):
    first, second, third = (NOUNS[number // place % 10] for place in (1, 10, 100))
    return f"The {first}, the {second} and the {third}, Volume {number // 1000 + 1}"


def wholesalers_list(cents_more=0):
    """A list as a spreadsheet exports it: semicolons, decimal commas, Windows-1252."""
    lines = ["sep=;", "ISBN;Titel;Autor;Verlag;Warengruppe;Nettopreis;Bestand;Regal"]
    for number in range(BOOK_COUNT):
        cents = 500 + number % 4000 + cents_more
        lines.append(f'{isbn(number)};"{title(number)}";"Müller, Ann{number % 97}";Nord & Söhne;{TOPICS[number % 4]};'
                     f"{cents // 100},{cents % 100:02};{number % 7};A{number % 50}")
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


@pytest.fixture
def empty_store(tmp_path):
    store = Store(tmp_path, books=None)
    try:
        store.start()
        yield store
    finally:
        store.stop()


def find(browser, store, words):
    """The titles that are found, the best first."""
    address = f"{store.shop}/find?{urllib.parse.urlencode({'q': words})}"

    def is_answered():
        browser.get(address)
        return one(browser, "h1") and heading(browser) != "That is too much just now"

    # After a large import the index is made anew for a moment.
    wait(browser, f"what {words} finds", is_answered)
    return [name.text for name in all_of(browser, ".books .name")]


def test_an_empty_shop_is_filled_and_kept(empty_store, browser, tmp_path):
    store = empty_store
    browser.get(store.shop)
    assert "The shelves are empty" in text(browser)
    sign_in(browser, store)
    for name, content in (("first", wholesalers_list()), ("second", wholesalers_list(cents_more=50))):
        (tmp_path / f"{name}.csv").write_bytes(content)
    browser.get(store.shop + "/desk/import")
    choose(browser, tmp_path / "first.csv", reason="first list")
    wait(browser, "what is wrong", lambda: "No column of the file holds the price" in text(browser))
    Select(one(browser, "#column-5")).select_by_visible_text("Price")
    choose(browser, reason="first list")
    wait(browser, "the look", lambda: "10,000 books to be added" in text(browser))
    choose(browser, step="import")
    wait(browser, "the import", lambda: "10,000 books imported" in text(browser), IMPORT_SECONDS_MAX)
    # One is corrected, another one retired, and customers buy while the prices of all are set anew.
    edit(browser, store, 4321, title="Der Leuchtturm")
    wait(browser, "the correction", lambda: "The book is changed" in text(browser))
    browser.get(store.shop + "/desk/book/17")
    press(one(browser, "details summary"))
    fill(browser, {"#why": "out of print"}, "form[action='/desk/retire'] button")
    wait(browser, "the retirement", lambda: "The book is retired" in text(browser))
    browser.get(store.shop + "/desk/import")
    press(one(browser, "[name=update]"))
    Select(one(browser, "#retired")).select_by_value("skip")
    choose(browser, tmp_path / "second.csv", reason="new prices")
    wait(browser, "the look", lambda: "9,999 books to be changed" in text(browser))
    assert "book 17 is retired and stays as it is" in text(browser)
    sold, isOver = [], threading.Event()

    def buy():
        while not isOver.is_set():
            sold.append(store.ask(f"/buy?item_number={len(sold) % 50 + 20}", "POST"))

    buyer = threading.Thread(target=buy)
    buyer.start()
    choose(browser, step="import", reason="new prices")
    wait(browser, "the import", lambda: "9,999 books imported" in text(browser), IMPORT_SECONDS_MAX)
    isOver.set()
    buyer.join()
    assert sold and set(sold) <= {"Success", "Failed"}
    browser.get(store.shop + "/desk/book/4322")
    assert facts(browser)["Price"] == "$8.71" and facts(browser)["Publisher"] == "Nord & Söhne"
    # The list has its old title, and so does the shop again: a wholesaler's word goes before what it was.
    browser.get(store.shop + "/desk/book/17")
    assert facts(browser)["Price"] == "$5.16"
    fill(browser, {"#why": "a new edition"}, "form[action='/desk/restore'] button")
    wait(browser, "the return", lambda: "The book is back in the shop" in text(browser))
    press(all_of(browser, "details summary")[-1])
    one(browser, "#image").send_keys(image(tmp_path, "cover.png", png_of(2, 3, bytes)))
    fill(browser, {"#cover-why": "from the publisher"}, "form[action='/desk/cover'] button")
    wait(browser, "the cover", lambda: all_of(browser, ".book img.cover"))
    edit(browser, store, 4321, title="Der Leuchtturm im Nebel")
    wait(browser, "the correction", lambda: "The book is changed" in text(browser))
    # Found by ISBN, author and a mistyped title.
    assert find(browser, store, isbn(16)) == [title(16)]
    assert find(browser, store, "leuchturm nebel") == ["Der Leuchtturm im Nebel"]
    assert title(5) in find(browser, store, "Ann5 Müller")
    assert title(2876) in find(browser, store, "mountian violin garden 3")
