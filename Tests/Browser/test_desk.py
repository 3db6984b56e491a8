"""The storekeeper's desk: who gets in, and what a change does."""

import os
import re
import signal
import urllib.error
import urllib.parse
import urllib.request

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from shop import all_of, buy, heading, one, open_book, path, press, sign_in, text, wait, wait_for_path
from store import DESK_PASSWORD


def fill(browser, fields, button):
    for selector, value in fields.items():
        one(browser, selector).clear()
        one(browser, selector).send_keys(value)
    press(one(browser, button))


def change(browser, stock="", price="", reason="delivery"):
    """Fills in the form of a book's page."""
    fill(browser, {"#stock": stock, "#cost": price, "#reason": reason}, "form[action='/desk/changes'] button")


def facts(browser):
    return dict(zip((term.text for term in all_of(browser, "dt")), (fact.text for fact in all_of(browser, "dd"))))


def ledger(browser):
    return [[cell.text for cell in row.find_elements(By.CSS_SELECTOR, "td, th")] for row in all_of(browser, "tbody tr")]


def test_the_desk_requires_a_password(store, browser):
    browser.get(store.shop + "/desk/books")
    assert path(browser) == "/desk/sign-in?to=%2Fdesk%2Fbooks"
    sign_in(browser, store, password="not the password")
    wait(browser, "the refusal", lambda: "password is wrong" in text(browser))
    browser.get(store.shop + "/desk")
    assert path(browser) == "/desk/sign-in"
    sign_in(browser, store)
    wait_for_path(browser, "/desk")
    assert heading(browser) == "Today"
    cookie = browser.get_cookie("desk")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert browser.execute_script("return document.cookie") == ""
    press(one(browser, ".leave button"))
    wait_for_path(browser, "/desk/sign-in")
    browser.get(store.shop + "/desk")
    assert path(browser) == "/desk/sign-in"
    # The old cookie is invalid.
    browser.add_cookie({"name": "desk", "value": cookie["value"], "path": "/desk"})
    browser.get(store.shop + "/desk")
    assert path(browser) == "/desk/sign-in"


def test_guessing_is_locked_out(own_store, browser):
    for _ in range(5):
        sign_in(browser, own_store, password="a wrong password")
        wait(browser, "the refusal", lambda: "password is wrong" in text(browser))
    sign_in(browser, own_store)
    wait(browser, "the lock", lambda: "too many wrong passwords" in text(browser))
    browser.get(own_store.shop + "/desk")
    assert path(browser) == "/desk/sign-in"


def test_restock_and_reprice(store, browser):
    sign_in(browser, store, keeper="ann <b>")
    before = store.stock(3)
    browser.get(store.shop + "/desk/book/3")
    change(browser, stock="+12", price="6.50", reason="delivery & <i>more</i>")
    wait(browser, "the change", lambda: "1 book changed" in text(browser))
    assert facts(browser)["Stock"] == str(before + 12) and facts(browser)["Price"] == "$6.50"
    latest = ledger(browser)[0]
    assert latest[1:] == ["Stock and price", "+12", "$6.50", str(before + 12), "ann <b>", "delivery & <i>more</i>"]
    assert store.ask("/lookup?item_number=3")["cost"] == "6.50"


def test_all_changes_or_none(store, browser):
    sign_in(browser, store)
    stock = {item: store.stock(item) for item in (7, 8)}
    browser.get(store.shop + "/desk/books?q=databases")
    fill(browser, {"[name=stock-7]": "-3", "[name=stock-8]": "5", "#reason": "stocktaking"}, ".bar button")
    wait(browser, "the change", lambda: "2 books changed" in text(browser))
    assert store.stock(7) == stock[7] - 3 and store.stock(8) == stock[8] + 5
    browser.get(store.shop + "/desk/books?q=databases")
    fill(browser, {"[name=stock-7]": "1", "[name=stock-8]": "-999", "#reason": "a mistake"}, ".bar button")
    wait(browser, "the refusal", lambda: heading(browser) == "That is more than there is")
    assert store.stock(7) == stock[7] - 3 and store.stock(8) == stock[8] + 5
    # The refused row shows its reason, and the other row keeps its value.
    assert browser.switch_to.active_element == one(browser, "[name=stock-8]")
    assert one(browser, "[name=stock-8]").get_attribute("aria-describedby") == "stock-8-fault"
    fill(browser, {"[name=stock-8]": "-1"}, ".actions button")
    wait(browser, "the change", lambda: "2 books changed" in text(browser))
    assert store.stock(7) == stock[7] - 2 and store.stock(8) == stock[8] + 4
    browser.get(store.shop + "/desk/books?q=databases")
    fill(browser, {"[name=stock-7]": "many", "[name=cost-8]": "1,50", "#reason": "x"}, ".bar button")
    wait(browser, "the mistakes", lambda: "“many” is no change of stock" in text(browser))
    assert "“1,50” is no price" in text(browser)


def test_a_conflict_shows_both(store, browsers):
    ann, bob = browsers(), browsers()
    for browser, keeper in ((ann, "ann"), (bob, "bob")):
        sign_in(browser, store, keeper=keeper)
        browser.get(store.shop + "/desk/book/4")
    seen = facts(bob)["Price"]
    change(ann, price="16", reason="dearer paper")
    wait(ann, "the change", lambda: "1 book changed" in text(ann))
    change(bob, price="14", reason="a sale")
    wait(bob, "the conflict", lambda: "meanwhile" in heading(bob))
    row = ledger(bob)[0]
    assert seen in row[1] and "$16.00" in row[2]
    assert one(bob, "[name=cost-4]").get_attribute("value") == "14"
    assert "It costs $16.00 now" in one(bob, "#cost-4-fault").text
    assert store.ask("/lookup?item_number=4")["cost"] == "16"
    press(one(bob, ".actions button"))
    wait(bob, "the change", lambda: "1 book changed" in text(bob))
    assert store.ask("/lookup?item_number=4")["cost"] == "14"
    assert [entry[5] for entry in ledger(bob)[:2]] == ["bob", "ann"]


def test_typed_changes_are_not_lost(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/books?page=2")
    leaves = "const e = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(e); return !e.defaultPrevented"
    assert browser.execute_script(leaves)
    fill(browser, {"[name=stock-130]": "+2"}, ".pages button[name=go]")
    wait(browser, "the question", lambda: heading(browser) == "These changes are not made yet")
    assert not browser.execute_script(leaves)
    assert one(browser, "[name=stock-130]").get_attribute("value") == "+2"
    before = store.stock(130)
    fill(browser, {"#reason": "delivery"}, ".actions button")
    wait(browser, "the page asked for", lambda: "1 book changed" in text(browser))
    assert path(browser).startswith("/desk/books?done=") and store.stock(130) == before + 2


def test_typed_changes_are_not_lost_without_scripts(store, browsers):
    browser = browsers(scripts=False)
    sign_in(browser, store)
    browser.get(store.shop + "/desk/books?page=2")
    press(one(browser, ".pages button[name=go]"))
    wait(browser, "the first page", lambda: path(browser) == "/desk/books")
    browser.get(store.shop + "/desk/books?page=2")
    fill(browser, {"[name=stock-130]": "+2"}, ".pages button[name=go]")
    wait(browser, "the question", lambda: heading(browser) == "These changes are not made yet")
    press(one(browser, ".actions a"))
    wait(browser, "the page asked for", lambda: path(browser) == "/desk/books")


def test_tables_are_ordered_and_filtered(store, browsers):
    browser = browsers(scripts=False)
    sign_in(browser, store)

    def titles():
        return [row.text for row in all_of(browser, "tbody th")]

    browser.get(store.shop + "/desk/books?q=sonnets")
    assert "30 books" in text(browser)
    Select(one(browser, "#sort")).select_by_visible_text("Lowest price")
    fill(browser, {"#cost-min": "30", "#cost-max": "31"}, ".filter button")
    wait(browser, "the order", lambda: "sort=cost" in browser.current_url)
    assert titles() == ["Collected Sonnets Volume 26", "Collected Sonnets Volume 27"] and "2 books" in text(browser)
    # What is changed from here leads back to here.
    assert "cost_min=30" in one(browser, "[name=back]").get_attribute("value")
    fill(browser, {"#cost-min": "cheap"}, ".filter button")
    wait(browser, "the fault", lambda: "“cheap” is no price" in text(browser))
    browser.get(store.shop + "/desk/low?max=5&sort=title")
    # As the store orders titles: by their words alone.
    words = lambda title: " ".join(re.findall(r"\w+", title.lower()))
    assert titles() == sorted(titles(), key=words) and "page" not in path(browser)


def test_likely_slips_are_confirmed_once(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/book/13")
    change(browser, price="0", reason="a gift")
    wait(browser, "the question", lambda: "would cost nothing" in text(browser))
    assert store.ask("/lookup?item_number=13")["cost"] == "13"
    press(one(browser, ".actions button"))
    wait(browser, "the change", lambda: "1 book changed" in text(browser))
    assert store.ask("/lookup?item_number=13")["cost"] == "0"
    store.update(13, cost="13")
    browser.get(store.shop + "/desk/add")
    fill(browser, {"#title": "bread AT dawn", "#topic": "cooking", "#cost": "24", "#stock": "1", "#reason": "new"},
         "main form button")
    wait(browser, "the question", lambda: "a book with this title already: number 12" in text(browser))
    press(one(browser, "main form button"))
    wait_for_path(browser, "/desk/book/")
    assert heading(browser) == "bread AT dawn"


def test_signing_in_returns_to_the_page(store, browser):
    browser.get(store.shop + "/desk/low?max=7")
    one(browser, "#keeper").send_keys("ann")
    fill(browser, {"#password": "not the password"}, "main form button")
    wait(browser, "the refusal", lambda: "password is wrong" in text(browser))
    assert browser.switch_to.active_element == one(browser, "#password")
    fill(browser, {"#password": DESK_PASSWORD}, "main form button")
    wait(browser, "the page", lambda: path(browser) == "/desk/low?max=7")


def test_add_sell_and_retire(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/add")
    fill(browser, {"#title": "The New One, Volume 1", "#topic": "novelties", "#cost": "9.5", "#stock": "2",
                   "#number": "abc", "#reason": "new"}, "main form button")
    wait(browser, "the mistake", lambda: "“abc” is no item number" in text(browser))
    assert one(browser, "#title").get_attribute("value") == "The New One, Volume 1"
    fill(browser, {"#number": ""}, "main form button")
    wait_for_path(browser, "/desk/book/")
    item = facts(browser)["Item number"]
    assert facts(browser)["Price"] == "$9.50" and ledger(browser)[0][1] == "Added"

    open_book(browser, store, item)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    receipt = browser.current_url
    browser.get(f"{store.shop}/desk/book/{item}")
    assert facts(browser)["Sold"] == "1" and ledger(browser)[0][1] == "Sale"
    press(one(browser, "summary"))
    fill(browser, {"#why": "out of print"}, "form[action='/desk/retire'] button")
    wait(browser, "the book is retired", lambda: "The book is retired" in text(browser))
    assert store.status(f"/book/{item}") == 404
    browser.get(receipt)
    assert "The New One, Volume 1" in text(browser)
    browser.get(store.shop + "/desk/books?retired=only")
    assert "The New One, Volume 1" in text(browser)


def choose(browser, path=None, reason="spring list", step="look"):
    """Submits the import form, with a file or with the one that was looked at."""
    if path:
        one(browser, "#file").send_keys(str(path))
    fill(browser, {"#reason": reason}, f"main form button[value={step}]")


def test_a_file_is_imported_completely_or_not(store, browser, tmp_path):
    head = "item_number,title,topic,cost,stock\r\n"
    files = {
        "bad": head + "901,Good,imports,1,1\r\nx,Bad,imports,1,1\r\n902,<b>Bad</b>,imports,\"1,234\",1\r\n1,Taken,imports,1,1\r\n",
        "good": head + "901,\"Tea, and Other Storms\",imports,9.50,3\r\n902,Étude,imports,1,1\r\n",
        "free": head + "911,Free,imports,0,1\r\n912,Twin,imports,1,1\r\n913,twin,imports,1,1\r\n",
        "table": "colour;weight\nred;1\n", "large": head + "903,Large,imports,1,1\r\n" * 200_000,
        "list": "Nummer;Titel;VKP;Regal\n901;Tea, and Other Storms;8,25;A7\n",
    }
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_text(content)
    sign_in(browser, store, keeper="ann")
    press(next(link for link in all_of(browser, "nav a") if link.text == "Import"))
    wait_for_path(browser, "/desk/import")
    choose(browser, tmp_path / "bad.csv")
    wait(browser, "the bad rows", lambda: "3 rows cannot be used" in text(browser))
    rows = [[cell.text for cell in row.find_elements("css selector", "td")] for row in all_of(browser, ".faults tbody tr")]
    assert [row[:2] for row in rows] == [["3", "item_number"], ["4", "cost"], ["5", ""]]
    assert "cost '1,234' has three digits" in rows[1][2] and "is taken" in rows[2][2]
    assert one(browser, "#reason").get_attribute("value") == "spring list"
    assert "1 book to be added" in text(browser) and not all_of(browser, "button[value=import]")
    assert store.status("/book/901") == 404
    choose(browser, tmp_path / "free.csv")
    wait(browser, "the doubts", lambda: "'Free' would cost nothing" in text(browser))
    assert "Line 4: has the title of line 3" in text(browser)
    choose(browser, step="import")
    wait(browser, "the import", lambda: "3 books imported" in text(browser))
    press(one(browser, "form[action='/desk/undo'] button"))
    wait(browser, "the undo", lambda: "3 books out of the shop again" in text(browser))
    assert store.status("/book/911") == 404
    choose(browser, tmp_path / "table.csv")
    wait(browser, "the fault", lambda: "no column tells which book" in text(browser))
    choose(browser, tmp_path / "large.csv")
    wait(browser, "the refusal", lambda: "more than 4096 KB" in text(browser))
    browser.get(store.shop + "/desk/import")
    choose(browser, tmp_path / "good.csv")
    wait(browser, "the look", lambda: "2 books to be added" in text(browser))
    assert store.status("/book/901") == 404
    choose(browser, step="import")
    wait(browser, "the import", lambda: "2 books imported" in text(browser))
    browser.get(store.shop + "/desk/book/901")
    assert heading(browser) == "Tea, and Other Storms" and facts(browser)["Price"] == "$9.50"
    assert ledger(browser)[0][1] == "Added" and ledger(browser)[0][5:] == ["ann", "spring list"]
    # A second list sets prices; what its columns hold is said by hand.
    browser.get(store.shop + "/desk/import")
    press(one(browser, "[name=update]"))
    choose(browser, tmp_path / "list.csv")
    wait(browser, "what is left out", lambda: "nobody knows what they hold: “VKP”, “Regal”" in text(browser))
    one(browser, "#column-2 option[value=cost]").click()
    choose(browser)
    wait(browser, "the look", lambda: "cost: 9.50 → 8.25" in text(browser))
    choose(browser, step="import")
    wait(browser, "the import", lambda: "1 book imported" in text(browser))
    session = browser.get_cookie("desk")["value"]
    request = urllib.request.Request(store.shop + "/desk/books.csv", headers={"Cookie": f"desk={session}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        lines = answer.read().decode().split("\r\n")
    assert lines[0].startswith("\ufeffitem_number,title,topic,cost,stock,isbn")
    assert '901,"Tea, and Other Storms",imports,8.25,3,,,,,,,' in lines


def test_a_retired_book_is_added_again(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/add")
    fill(browser, {"#title": "Back Again", "#topic": "novelties", "#cost": "7", "#stock": "1", "#reason": "new"},
         "main form button")
    wait_for_path(browser, "/desk/book/")
    first = facts(browser)["Item number"]
    press(one(browser, "summary"))
    fill(browser, {"#why": "out of print"}, "form[action='/desk/retire'] button")
    wait(browser, "the book is retired", lambda: "The book is retired" in text(browser))
    press(one(browser, f"a[href='/desk/add?like={first}']"))
    wait_for_path(browser, "/desk/add")
    fill(browser, {"#stock": "2", "#reason": "printed anew"}, "main form button")
    wait_for_path(browser, "/desk/book/")
    assert heading(browser) == "Back Again" and facts(browser)["Price"] == "$7.00"
    assert facts(browser)["Item number"] != first


def test_a_change_returns_to_its_list(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/low?max=5")
    fill(browser, {"[name=stock-11]": "1", "#reason": "found behind the shelf"}, ".bar button")
    wait(browser, "the change", lambda: "1 book changed" in text(browser))
    assert path(browser).startswith("/desk/low?max=5")
    assert one(browser, "nav [aria-current]").text == "Low stock"


def test_lists_and_totals(store, browser):
    open_book(browser, store, 15)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    sign_in(browser, store)
    browser.get(store.shop + "/desk/low?max=0")
    assert "A Field Guide to Failures" in text(browser) and "Letters from" not in text(browser)
    browser.get(store.shop + "/desk/ledger?kind=sale")
    assert {row[1] for row in ledger(browser)} == {"Sale"}
    assert ledger(browser)[0][4] == "$9,999,999,999.99"
    browser.get(store.shop + "/desk/totals?days=7")
    assert "strange titles" in text(browser) and all_of(browser, ".plot rect")
    browser.get(store.shop + "/desk")
    assert "catalog" in text(browser) and "Up" in text(browser)


def test_a_hanging_server_is_shown(own_store, browser):
    sign_in(browser, own_store)
    order = own_store.tier("order")
    os.kill(order, signal.SIGSTOP)
    try:
        browser.get(own_store.shop + "/desk")
        servers = one(browser, ".tiers").text.splitlines()
        assert any(line.startswith("Down order") for line in servers), servers
    finally:
        os.kill(order, signal.SIGCONT)
    # The page detects by itself that the server is back.
    wait(browser, "the order server is up", lambda: "Up order" in one(browser, ".tiers").text)
    # Without the catalog nobody knows who asks.
    catalog = own_store.tier("catalog")
    os.kill(catalog, signal.SIGSTOP)
    try:
        browser.get(own_store.shop + "/desk/books")
        assert heading(browser) == "The store is out of reach for a moment"
    finally:
        os.kill(catalog, signal.SIGCONT)
    browser.refresh()
    wait(browser, "the page", lambda: heading(browser) == "Books")


def test_foreign_forms_are_refused(store, browser):
    sign_in(browser, store)
    browser.get(store.shop + "/desk/book/2")
    form = {name: one(browser, f"form[action='/desk/changes'] [name='{name}']").get_attribute("value")
            for name in ("csrf", "key", "items", "seen-stock-2", "seen-cost-2")}
    form |= {"stock-2": "5", "reason": "forged"}
    session = browser.get_cookie("desk")["value"]
    stock = store.stock(2)

    def post(changes=None, fields=None, cookie=session, page="/desk/changes"):
        body = urllib.parse.urlencode({k: v for k, v in (form | (changes or {})).items() if v is not None}).encode()
        request = urllib.request.Request(store.shop + page, body, {"Cookie": f"desk={cookie}"} | (fields or {}))
        opener = urllib.request.build_opener(NoRedirects)
        try:
            return opener.open(request, timeout=10).status
        except urllib.error.HTTPError as error:
            return error.code

    for refused in (
            {"changes": {"csrf": None}}, {"changes": {"csrf": ""}}, {"changes": {"csrf": "0" * 64}},
            {"changes": {"csrf": form["csrf"][:-1]}}, {"cookie": "0" * 64}, {"cookie": ""},
            {"fields": {"Origin": "http://evil.example"}}, {"fields": {"Sec-Fetch-Site": "cross-site"}},
            {"changes": {"csrf": None}, "page": "/desk/retire"}, {"changes": {"csrf": None}, "page": "/desk/add"},
            {"changes": {"csrf": None}, "page": "/desk/sign-out"}):
        assert post(**refused) == 403, refused
    assert store.stock(2) == stock
    assert post() == 303 and store.stock(2) == stock + 5
    # The same form sent again changes nothing more.
    assert post() == 303 and store.stock(2) == stock + 5
    # After signing out, the form is stale.
    browser.get(store.shop + "/desk")
    press(one(browser, ".leave button"))
    wait_for_path(browser, "/desk/sign-in")
    assert post({"key": "1" * 32}) == 403 and store.stock(2) == stock + 5


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None
