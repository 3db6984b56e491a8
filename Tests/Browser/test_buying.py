"""Finding, viewing and buying, and every way in which a purchase could happen twice."""

import os
import signal

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.support.ui import Select

from shop import all_of, buy, heading, one, open_book, path, press, text, wait, wait_for_path
from store import eventually


def test_find_view_and_buy(store, browser):
    browser.get(store.shop + "/")
    search = one(browser, "#q")
    search.send_keys("LETTERS write")
    search.submit()
    wait_for_path(browser, "/find")
    assert len(all_of(browser, ".books li")) == 1
    press(one(browser, ".books a"))
    wait_for_path(browser, "/book/7")
    assert heading(browser) == "Letters from the Write-Ahead Log"
    assert "$14.00" in text(browser) and "In stock" in text(browser)
    before = store.stock(7)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    assert "$14.00" in text(browser) and "Letters from the Write-Ahead Log" in text(browser)
    assert store.stock(7) == before - 1


def test_topics_lead_to_books_page_by_page(store, browser):
    browser.get(store.shop + "/topics")
    press(next(link for link in all_of(browser, ".chips a") if link.text.startswith("poetry")))
    wait_for_path(browser, "/topic?")
    titles = [name.text for name in all_of(browser, ".books .name")]
    assert len(titles) == 24
    press(one(browser, ".pages a[rel=next]"))
    wait(browser, "the second page", lambda: "page=2" in browser.current_url)
    assert "30 books, page 2 of 2" in text(browser)
    titles += [name.text for name in all_of(browser, ".books .name")]
    assert titles == [f"Collected Sonnets Volume {number + 1}" for number in range(30)]
    assert not all_of(browser, ".pages a[rel=next]")


def test_lists_are_ordered_and_filtered_without_scripts(store, browsers):
    browser = browsers(scripts=False)

    def titles():
        return [name.text for name in all_of(browser, ".books .name")]

    browser.get(store.shop + "/find?q=sonnets")
    assert len(titles()) == 24 and "30 books, page 1 of 2" in text(browser)
    Select(one(browser, "#sort")).select_by_visible_text("Lowest price")
    for field, price in (("#cost-min", "10"), ("#cost-max", "$12")):
        one(browser, field).send_keys(price)
    press(one(browser, "main form button"))
    wait(browser, "the order", lambda: "sort=cost" in browser.current_url)
    assert titles() == [f"Collected Sonnets Volume {number}" for number in (6, 7, 8)] and "3 books" in text(browser)
    # The form says what the list is of, and keeps it.
    assert one(browser, "#cost-max").get_attribute("value") == "$12"
    assert Select(one(browser, "#sort")).first_selected_option.text == "Lowest price"
    browser.get(store.shop + "/topic?name=poetry&in_stock=true")
    assert "Collected Sonnets Volume 1" not in titles() and "29 books" in text(browser)
    browser.get(store.shop + "/find?q=sonnets&cost_min=many")
    assert "“many” is no price" in text(browser)
    browser.get(store.shop + "/find?q=sonnets&cost_min=9999")
    press(next(link for link in all_of(browser, "main a") if link.text == "Show all of them"))
    wait(browser, "the whole list", lambda: len(titles()) == 24)
    # A page that is not there any more leads to the last one.
    browser.get(store.shop + "/topic?name=poetry&page=99")
    assert path(browser) == "/topic?name=poetry&page=2"


def test_search_finds_accents_and_word_parts(store, browser):
    for words in ("etude OEUVRES".split()[0], "ÉTUDE", "archivist", "strange archiv"):
        browser.get(f"{store.shop}/find?q={words}")
        assert any("archiviste" in name.text for name in all_of(browser, ".books .name")), words


def test_a_double_click_buys_once(store, browsers):
    # Also without scripts: the store itself does not sell twice.
    for scripts in (True, False):
        browser = browsers(scripts=scripts)
        before = store.stock(15)
        open_book(browser, store, 15)
        ActionChains(browser).double_click(one(browser, ".buy button")).perform()
        wait_for_path(browser, "/receipt/")
        assert store.stock(15) == before - 1


def test_reload_and_back_buy_nothing(store, browser):
    before = store.stock(10)
    open_book(browser, store, 10)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    receipt = browser.current_url
    browser.refresh()
    assert browser.current_url == receipt and "Small Gardens" in text(browser)
    browser.back()
    wait_for_path(browser, "/book/10")
    buy(browser)
    wait_for_path(browser, "/receipt/")
    # Back shows the page that was used: pressing its button again repeats the same purchase.
    assert browser.current_url == receipt
    assert store.stock(10) == before - 1
    press(one(browser, ".actions a"))
    wait_for_path(browser, "/book/10")
    buy(browser)
    wait_for_path(browser, "/receipt/")
    assert browser.current_url != receipt
    assert store.stock(10) == before - 2


def test_orders_belong_to_one_browser(store, browsers):
    mine, other = browsers(), browsers()
    for item in (11, 12):
        open_book(mine, store, item)
        buy(mine)
        wait_for_path(mine, "/receipt/")
    mine.get(store.shop + "/orders")
    assert [name.text for name in all_of(mine, ".orders .name")] == ["Bread at Dawn", "The Compost Years"]
    press(all_of(mine, ".orders a")[1])
    wait_for_path(mine, "/receipt/")
    assert "The Compost Years" in text(mine)
    other.get(store.shop + "/orders")
    assert "bought nothing yet" in text(other)
    # Anyone with the address may read the receipt. It cannot be guessed.
    other.get(mine.current_url)
    assert "The Compost Years" in text(other)
    other.get(store.shop + "/receipt/" + "0" * 32)
    assert heading(other) == "No purchase is known here"


def test_a_book_sells_out_while_viewed(store, browsers):
    with_script, without = browsers(), browsers(scripts=False)
    for browser in (with_script, without):
        open_book(browser, store, 6)
        assert "Only 1 left" in text(browser)
    store.sell_out(6)
    wait(with_script, "the live stock", lambda: one(with_script, "[data-words]").text == "Sold out")
    assert not one(with_script, ".buy button").is_enabled()
    buy(without)
    wait(without, "the refusal", lambda: "Someone was faster" in text(without))
    assert path(without).startswith("/book/6") and "owe nothing" in text(without)
    without.get(store.shop + "/orders")
    assert "bought nothing yet" in text(without)


def test_a_hanging_server_recovers(store, browser):
    before = store.stock(9)
    open_book(browser, store, 9)
    order = store.tier("order")
    os.kill(order, signal.SIGSTOP)
    try:
        buy(browser)
        wait(browser, "the problem page", lambda: "could not finish" in heading(browser), seconds=30)
        assert "at most one copy is sold" in text(browser)
    finally:
        os.kill(order, signal.SIGCONT)
    eventually("the order server works again", lambda: store.ask("/lookup?item_number=9"))
    # The answer may take a second and a third attempt.
    for _ in range(3):
        if path(browser).startswith("/receipt/"):
            break
        press(one(browser, ".actions form button"))
        wait(browser, "an answer", lambda: path(browser).startswith("/receipt/") or all_of(browser, ".actions form"))
    assert path(browser).startswith("/receipt/")
    browser.refresh()
    assert store.stock(9) == before - 1
    browser.get(store.shop + "/orders")
    assert len(all_of(browser, ".orders li")) == 1


def test_receipts_survive_a_restart(own_store, browser):
    open_book(browser, own_store, 2)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    receipt = browser.current_url
    frontend = own_store.tier("frontend")
    os.kill(frontend, signal.SIGSTOP)
    try:
        open_book(browser, own_store, 2)
        assert "out of reach" in heading(browser) and "buys nothing" in text(browser)
    finally:
        os.kill(frontend, signal.SIGCONT)
    eventually("the shop works again", lambda: own_store.status("/book/2") == 200)
    own_store.stop()
    own_store.start()
    browser.get(receipt)
    assert "RPCs for Dummies" in text(browser)
    browser.get(own_store.shop + "/orders")
    assert len(all_of(browser, ".orders li")) == 1
    assert own_store.stock(2) == 2


def test_buying_works_without_scripts(store, browsers):
    browser = browsers(scripts=False)
    browser.get(store.shop + "/")
    one(browser, "#q").send_keys("soups")
    press(one(browser, ".search button"))
    wait_for_path(browser, "/find")
    press(one(browser, ".books a"))
    wait_for_path(browser, "/book/13")
    before = store.stock(13)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    assert store.stock(13) == before - 1
    press(one(browser, "nav a[href='/orders']"))
    wait_for_path(browser, "/orders")
    assert len(all_of(browser, ".orders li")) == 1


def test_buying_works_by_keyboard(store, browser):
    def focused():
        return browser.switch_to.active_element

    def tab_to(selector, most=40):
        for _ in range(most):
            ActionChains(browser).send_keys(Keys.TAB).perform()
            if browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
                outline = focused().value_of_css_property("outline-style")
                assert outline not in ("none", ""), f"no focus to be seen on {selector}"
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    browser.get(store.shop + "/")
    ActionChains(browser).send_keys(Keys.TAB).perform()
    assert focused().text == "Skip to the content"
    tab_to("#q")
    ActionChains(browser).send_keys("normal forms", Keys.ENTER).perform()
    wait_for_path(browser, "/find")
    tab_to(".books a")
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    wait_for_path(browser, "/book/9")
    before = store.stock(9)
    tab_to(".buy button")
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    wait_for_path(browser, "/receipt/")
    assert store.stock(9) == before - 1


def test_odd_titles_and_searches_are_text(store, browser):
    open_book(browser, store, 14)
    assert heading(browser) == "<script>document.title='broken'</script> & \"quotes\" <b>bold</b>"
    assert "broken" in browser.title and browser.title.startswith("<script>")
    browser.get(store.shop + "/find?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%22%27")
    assert "<img src=x onerror=alert(1)>\"'" in heading(browser)
    assert one(browser, "#q").get_attribute("value") == "<img src=x onerror=alert(1)>\"'"
    assert not all_of(browser, "main img")
    assert store.status("/find?q=" + "x" * 201) == 400
    assert store.status("/find?q=%ff") == 400
    assert store.status("/book/0") == store.status("/book/999") == store.status("/book/%3Cx") == 404
