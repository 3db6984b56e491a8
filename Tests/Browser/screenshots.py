"""Takes the pictures of docs/shop.md from its own store: `make screenshots`."""

import base64
import sys
import tempfile
from pathlib import Path

from conftest import make_browser, resize
from shop import all_of, buy, one, open_book, press, sign_in, wait, wait_for_path
from store import PACKAGE, Store
from test_orders import check_out, order, put_in_basket

DESKTOP = (1100, 780)
PHONE = (390, 780)


def picture(browser, folder, name):
    data = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    (folder / f"{name}.png").write_bytes(base64.b64decode(data))
    print(name, file=sys.stderr)


def shop_pages(store, folder):
    browser = make_browser(DESKTOP)
    try:
        browser.get(store.shop + "/")
        picture(browser, folder, "home")
        open_book(browser, store, 2)
        picture(browser, folder, "book")
        put_in_basket(browser, store, 2, 7, 9, 12)
        picture(browser, folder, "basket")
        check_out(browser, store)
        picture(browser, folder, "checkout")
        order(browser)
        wait_for_path(browser, "/receipt/")
        picture(browser, folder, "receipt")
        open_book(browser, store, 2)
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        buy(browser)
        wait_for_path(browser, "/receipt/")
        picture(browser, folder, "receipt-dark")
        browser.get(store.shop + "/find?q=databases")
        picture(browser, folder, "find-dark")
        resize(browser, PHONE)
        browser.get(store.shop + "/book/8")
        picture(browser, folder, "book-phone")
    finally:
        browser.quit()


def spring_list(folder):
    """A file with two mistakes in it."""
    path = folder / "spring.csv"
    path.write_text(
        "item_number,title,topic,cost,stock\n201,A Spring in the Step,gardening,14,6\n"
        "202,\"Rain, Mostly\",gardening,\"12,50\",4\n10,Small Gardens Again,gardening,12,3\n")
    return path


def desk_pages(store, folder):
    for item, copies in ((7, 9), (9, 5), (10, 3), (12, 6), (116, 4), (3, 2)):
        for _ in range(copies):
            store.ask(f"/buy?item_number={item}", "POST")
    ann, bob = make_browser(DESKTOP), make_browser(DESKTOP)
    try:
        for browser, keeper in ((ann, "ann"), (bob, "bob")):
            sign_in(browser, store, keeper=keeper)
            browser.get(store.shop + "/desk/book/4")
        for browser, price, reason in ((ann, "16", "dearer paper"), (bob, "14", "sale of the week")):
            one(browser, "#cost").send_keys(price)
            one(browser, "#reason").send_keys(reason)
            press(one(browser, "form[action='/desk/changes'] button"))
        wait(bob, "the conflict", lambda: all_of(bob, ".note.warn"))
        picture(bob, folder, "desk-conflict")
        for name, page in (("desk-today", "/desk"), ("desk-books", "/desk/books"), ("desk-book", "/desk/book/4"),
                           ("desk-orders", "/desk/orders"), ("desk-settings", "/desk/settings"),
                           ("desk-keepers", "/desk/keepers")):
            ann.get(store.shop + page)
            picture(ann, folder, name)
        ann.get(store.shop + "/desk/import")
        one(ann, "#file").send_keys(str(spring_list(store.folder)))
        one(ann, "#reason").send_keys("spring list")
        press(one(ann, "main form button[value=look]"))
        wait(ann, "the bad rows", lambda: all_of(ann, ".faults"))
        picture(ann, folder, "desk-import")
        ann.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        ann.get(store.shop + "/desk/totals?days=7")
        picture(ann, folder, "desk-totals-dark")
    finally:
        ann.quit()
        bob.quit()


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE / "docs/images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        store = Store(home)
        try:
            store.start()
            shop_pages(store, folder)
            desk_pages(store, folder)
        finally:
            store.stop()


if __name__ == "__main__":
    main()
