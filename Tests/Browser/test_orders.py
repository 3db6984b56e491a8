"""A basket, its order, and what the customer and the desk make of it."""

from selenium.webdriver import ActionChains

from shop import all_of, heading, one, open_book, path, press, sign_in, text, wait, wait_for_path


def put_in_basket(browser, store, *items):
    for item in items:
        open_book(browser, store, item)
        press(one(browser, ".add button"))
        wait_for_path(browser, "/basket")


def check_out(browser, store, name="Ann Reader"):
    """Fills in the checkout page."""
    browser.get(store.shop + "/checkout")
    for field, typed in (("#name", name), ("#email", "ann@example.org")):
        one(browser, field).send_keys(typed)


def order(browser):
    press(one(browser, "main form button[type=submit]"))


def test_basket_to_receipt_to_cancel(store, browsers):
    # Everything works without scripts and sign-in.
    for scripts in (True, False):
        browser = browsers(scripts=scripts)
        before = (store.stock(9), store.stock(12))
        put_in_basket(browser, store, 9, 12, 9)
        assert "$63.80" in text(browser)
        copies = one(browser, "input[name=copies-12]")
        copies.clear()
        copies.send_keys("2")
        press(one(browser, "main form .actions button"))
        wait(browser, "the new total", lambda: "$87.80" in text(browser))
        check_out(browser, store)
        press(all_of(browser, "input[name=way]")[1])
        one(browser, "#delivery").send_keys("1 Main Street\nTown")
        # A double click is one order.
        ActionChains(browser).double_click(one(browser, "main form button[type=submit]")).perform()
        wait_for_path(browser, "/receipt/")
        receipt = browser.current_url
        assert "$87.80" in text(browser) and "The Joy of Normal Forms" in text(browser)
        assert (store.stock(9), store.stock(12)) == (before[0] - 2, before[1] - 2)
        # Back leads to the basket as it is now.
        browser.back()
        wait_for_path(browser, "/basket")
        assert "The basket is empty" in text(browser)
        browser.get(store.shop + "/orders")
        assert "and 1 book more" in text(browser) and "placed" in text(browser)
        browser.get(receipt)
        press(one(browser, ".actions form button"))
        wait(browser, "the cancelled order", lambda: "is cancelled" in text(browser))
        assert path(browser).startswith("/receipt/") and "Paid back" in text(browser)
        assert (store.stock(9), store.stock(12)) == before


def test_a_mistake_comes_back_as_it_was_typed(store, browsers):
    browser = browsers(scripts=False)
    put_in_basket(browser, store, 9)
    check_out(browser, store, name="  ")
    one(browser, "#name").send_keys("Zoë")
    press(all_of(browser, "input[name=way]")[1])
    order(browser)
    wait(browser, "the fault", lambda: all_of(browser, "#delivery-fault"))
    assert one(browser, "#name").get_attribute("value") == "Zoë"
    assert one(browser, "#delivery").get_attribute("aria-invalid") == "true"


def test_two_customers_and_the_last_copy(own_store, browsers):
    ann, bob = browsers(), browsers()
    for browser in (ann, bob):
        put_in_basket(browser, own_store, 6, 9)
        check_out(browser, own_store)
    before = own_store.stock(9)
    order(ann)
    wait_for_path(ann, "/receipt/")
    order(bob)
    wait(bob, "the refusal", lambda: "Someone was faster" in text(bob))
    assert heading(bob) == "Basket" and "It is sold out." in text(bob) and "owe nothing" in text(bob)
    assert own_store.stock(9) == before - 1
    press(one(bob, "button[name=remove][value='6']"))
    wait(bob, "the rest", lambda: path(bob) == "/basket" and "Consensus" not in text(bob))
    check_out(bob, own_store)
    order(bob)
    wait_for_path(bob, "/receipt/")
    # A basket survives a restart of everything.
    put_in_basket(ann, own_store, 12)
    own_store.stop()
    own_store.start()
    ann.get(own_store.shop + "/basket")
    assert "Bread at Dawn" in text(ann)


def test_the_desk_hands_over_and_takes_back(store, browsers):
    customer, keeper = browsers(), browsers()
    for item in (11, 13):
        store.update(item, stock=5)
    put_in_basket(customer, store, 11, 13)
    check_out(customer, store, name="Carla Collector")
    order(customer)
    wait_for_path(customer, "/receipt/")
    before = store.stock(11)
    sign_in(keeper, store)
    keeper.get(store.shop + "/desk/orders?q=Carla")
    number = one(keeper, "tbody a").text
    press(one(keeper, ".mark"))
    press(one(keeper, "button[value=ready]"))
    wait(keeper, "the step", lambda: "1 order changed" in text(keeper))
    customer.refresh()
    assert "is ready" in text(customer) and not all_of(customer, ".actions form")
    keeper.get(f"{store.shop}/desk/order/{number}")
    press(one(keeper, "button[value=handed_over]"))
    wait(keeper, "the hand-over", lambda: "is handed over" in heading(keeper))
    back = one(keeper, "#back-13")
    back.clear()
    back.send_keys("0")
    press(all_of(keeper, "main form.panel button")[-1])
    wait(keeper, "the return", lambda: "Paid back" in text(keeper))
    assert store.stock(11) == before + 1
    for paper in ("picking", "receipt"):
        keeper.get(f"{store.shop}/desk/order/{number}/{paper}")
        assert "Carla Collector" in text(keeper)
    keeper.get(f"{store.shop}/desk/order/{number}")
    press(one(keeper, "form[action='/desk/forget'] button"))
    wait(keeper, "the customer to be forgotten", lambda: "Nothing is known of the customer" in text(keeper))
    assert "Carla" not in text(keeper)
