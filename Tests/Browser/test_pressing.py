"""What a button does after the price, the shop or the customer has changed."""

import os
import signal

import pytest

from shop import buy, heading, one, open_book, press, sign_in, text, wait, wait_for_path
from store import eventually


def test_a_risen_price_is_confirmed(store, browsers):
    browser = browsers(scripts=False)
    before = store.stock(7)
    open_book(browser, store, 7)
    store.update(7, cost="99.99")
    try:
        buy(browser)
        wait(browser, "both prices", lambda: "price has gone up" in text(browser))
        assert "$14.00" in text(browser) and "$99.99" in text(browser) and "bought nothing" in text(browser)
        assert store.stock(7) == before
        buy(browser)
        wait_for_path(browser, "/receipt/")
        assert heading(browser) == "Thank you. It is yours." and "$99.99" in text(browser)
        assert store.stock(7) == before - 1
    finally:
        store.update(7, cost="14")


def test_a_fallen_price_is_paid(store, browsers):
    browser = browsers(scripts=False)
    open_book(browser, store, 12)
    store.update(12, cost="20.50")
    try:
        buy(browser)
        wait_for_path(browser, "/receipt/")
        assert "it was $24.00" in text(browser) and "you paid $20.50" in text(browser)
    finally:
        store.update(12, cost="24")


def test_an_open_page_follows_the_price(store, browser):
    open_book(browser, store, 13)

    def limit():
        return one(browser, "[data-cost]").get_attribute("value")

    try:
        store.update(13, cost="15")
        wait(browser, "the new price", lambda: one(browser, "[data-price]").text == "$15.00")
        # The customer has not yet agreed to a price that has just appeared.
        assert limit() == "13"
        wait(browser, "the new limit", lambda: limit() == "15")
        buy(browser)
        wait_for_path(browser, "/receipt/")
        assert "$15.00" in text(browser)
    finally:
        store.update(13, cost="13")


def test_an_earlier_purchase_is_named(store, browser):
    open_book(browser, store, 10)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    assert heading(browser) == "Thank you. It is yours."
    before = store.stock(10)
    browser.back()
    wait_for_path(browser, "/book/10")
    buy(browser)
    wait_for_path(browser, "/receipt/")
    assert heading(browser) == "You bought this earlier" and "nothing more" in text(browser)
    assert store.stock(10) == before
    press(one(browser, ".actions .button"))
    wait_for_path(browser, "/book/10")


@pytest.mark.parametrize("where", ["shop", "desk"])
def test_a_button_works_again_after_stop(store, browsers, where):
    item = 16 if where == "shop" else 8
    if where == "desk":
        browser = browsers()
        sign_in(browser, store)
        browser.get(f"{store.shop}/desk/book/{item}")
        one(browser, "#stock").send_keys("+1")
        one(browser, "#reason").send_keys("delivery")
        button, busy, change, done = "form[action='/desk/changes'] button", "Sending …", 1, "/desk/book/8?"
    else:
        browser = browsers()
        open_book(browser, store, item)
        button, busy, change, done = ".buy button", "Buying …", -1, "/receipt/"
    before = store.stock(item)
    label = one(browser, button).text
    catalog = store.tier("catalog")
    os.kill(catalog, signal.SIGSTOP)
    try:
        # The page itself presses and stops, because the driver would wait for the answer.
        said = browser.execute_async_script("""
            const [selector, done] = arguments;
            const button = document.querySelector(selector);
            button.click();
            const said = [button.textContent, button.getAttribute("aria-disabled"),
                          button.nextElementSibling.textContent, button.nextElementSibling.getAttribute("role")];
            setTimeout(() => { stop(); done(said); }, 300);""", button)
        assert said == [busy, "true", busy, "status"]
    finally:
        os.kill(catalog, signal.SIGCONT)
    wait(browser, "the button again", lambda: one(browser, button).text == label, seconds=8)
    assert one(browser, button).get_attribute("aria-disabled") is None
    eventually("the catalog works again", lambda: store.ask(f"/lookup?item_number={item}"))
    press(one(browser, button))
    wait_for_path(browser, done)
    # However often it was pressed, it sold once.
    assert store.stock(item) == before + change


def test_a_stopped_last_purchase_can_be_repeated(own_store, browser):
    open_book(browser, own_store, 6)
    order = own_store.tier("order")
    os.kill(order, signal.SIGSTOP)
    try:
        browser.execute_async_script("""
            const done = arguments[0];
            document.querySelector(".buy button").click();
            setTimeout(() => { stop(); done(); }, 1000);""")
    finally:
        os.kill(order, signal.SIGCONT)
    eventually("the sale", lambda: own_store.stock(6) == 0)
    wait(browser, "the question", lambda: one(browser, ".buy button").text == "Ask again")
    press(one(browser, ".buy button"))
    wait_for_path(browser, "/receipt/")
    assert "Consensus, Quietly" in text(browser)


def test_titles_and_topics_have_their_own_direction(store, browser):
    def direction(selector):
        return browser.execute_script(
            "return getComputedStyle(document.querySelector(arguments[0])).direction", selector)

    open_book(browser, store, 17)
    assert direction("h1") == direction(".crumbs a:last-child") == "rtl"
    assert direction(".price") == "ltr"
    browser.get(store.shop + "/topic?name=%D7%A1%D7%A4%D7%A8%D7%99%D7%9D")
    assert direction("h1") == direction(".books .name") == "rtl"
    open_book(browser, store, 16)
    assert direction("h1") == "ltr"
