"""The keepers: who may do what at the desk, and who sees to that."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from shop import all_of, heading, one, path, press, sign_in, text, wait, wait_for_path
from store import DESK_PASSWORD


def fill(browser, fields, button):
    for selector, value in fields.items():
        one(browser, selector).clear()
        one(browser, selector).send_keys(value)
    press(one(browser, button))


def rows(browser):
    return {row.find_element(By.CSS_SELECTOR, "th").text: row.text for row in all_of(browser, "tbody tr")}


def sections(browser):
    return [link.text for link in all_of(browser, "nav[aria-label=Desk] a")]


def test_the_first_owner_signs_in_with_the_desks_password(store, browser):
    sign_in(browser, store, keeper="owner")
    wait_for_path(browser, "/desk")
    assert "Keepers" in sections(browser) and one(browser, ".leave a").text.endswith("owner")


def test_a_reader_sees_and_cannot_change(store, browser):
    store.add_keeper("rita", "reader")
    sign_in(browser, store, keeper="rita")
    wait_for_path(browser, "/desk")
    assert "Books" in sections(browser)
    assert not {"Add a book", "Import", "Keepers"} & set(sections(browser))
    for page in ("/desk/books", "/desk/book/2", "/desk/orders", "/desk/settings"):
        browser.get(store.shop + page)
        assert not all_of(browser, "main form[method=post] button"), page
    for page in ("/desk/add", "/desk/import", "/desk/book/2/edit", "/desk/keepers", "/desk/keeper?name=ann"):
        browser.get(store.shop + page)
        assert heading(browser) == "You may not do this", page
        assert "A reader may not" in text(browser), page


def test_what_a_page_does_not_offer_the_store_refuses(store, browser):
    """The token of a reader's form does not make a change of it."""
    store.add_keeper("rita", "reader")
    sign_in(browser, store, keeper="rita")
    wait_for_path(browser, "/desk")
    token = one(browser, ".leave [name=csrf]").get_attribute("value")
    stock = store.stock(12)
    browser.execute_script("""
        const form = document.createElement("form");
        form.method = "post";
        form.action = "/desk/changes";
        for (const [name, value] of Object.entries(arguments[0])) {
            const field = document.createElement("input");
            [field.name, field.value] = [name, value];
            form.append(field);
        }
        document.body.append(form);
        form.submit();""", {
            "csrf": token, "key": "5" * 32, "items": "12", "seen-stock-12": str(stock), "seen-cost-12": "24",
            "stock-12": "5", "reason": "mine"})
    wait(browser, "the refusal", lambda: heading(browser) == "You may not do this")
    assert store.stock(12) == stock


def test_an_owner_looks_after_keepers(store, browsers):
    ann, cleo = browsers(), browsers()
    sign_in(ann, store)
    ann.get(store.shop + "/desk/keepers")
    fill(ann, {"#name": "Bob", "#password": "a good password"}, "form[action='/desk/keepers'] button")
    wait(ann, "the refusal", lambda: "already" in text(ann))
    assert ann.switch_to.active_element == one(ann, "#name")
    fill(ann, {"#name": "cleo", "#password": "a good password"}, "form[action='/desk/keepers'] button")
    wait(ann, "the keeper", lambda: "can sign in now" in text(ann))
    assert "keeper" in rows(ann)["cleo"] and "signed out" in rows(ann)["cleo"]
    sign_in(cleo, store, keeper="cleo", password="a good password")
    wait_for_path(cleo, "/desk")
    cleo.get(store.shop + "/desk/book/11")
    # Whose session it is, and where.
    ann.get(store.shop + "/desk/keepers")
    assert "1 session" in rows(ann)["cleo"]
    press(ann.find_element(By.LINK_TEXT, "cleo"))
    wait_for_path(ann, "/desk/keeper?name=cleo")
    assert "Chrome on Linux" in text(ann)
    # Removed, her open page does nothing any more.
    press(one(ann, "details summary"))
    press(one(ann, "form[action='/desk/keeper-remove'] button"))
    wait(ann, "the removal", lambda: "is removed" in text(ann))
    assert "cleo" not in rows(ann)
    stock = store.stock(11)
    fill(cleo, {"#stock": "5", "#reason": "late"}, "form[action='/desk/changes'] button")
    wait(cleo, "the refusal", lambda: heading(cleo) == "This form is no longer valid")
    assert store.stock(11) == stock
    sign_in(cleo, store, keeper="cleo", password="a good password")
    wait(cleo, "the refusal", lambda: "password is wrong" in text(cleo))


def test_sessions_are_ended_from_elsewhere(store, browsers):
    ann, dora, other = browsers(), browsers(), browsers()
    store.add_keeper("dora", "reader")
    for browser in (dora, other):
        sign_in(browser, store, keeper="dora")
        wait_for_path(browser, "/desk")
    sign_in(ann, store)
    ann.get(store.shop + "/desk/keeper?name=dora")
    assert len(all_of(ann, "tbody tr")) == 2
    press(one(ann, "tbody button"))
    wait(ann, "one session less", lambda: len(all_of(ann, "tbody tr")) == 1)
    Select(one(ann, "#role")).select_by_value("keeper")
    press(one(ann, "form[action='/desk/keeper-role'] button"))
    wait(ann, "the role", lambda: "The role is changed" in text(ann))
    for browser in (dora, other):
        browser.get(store.shop + "/desk/books")
        assert path(browser).startswith("/desk/sign-in")


def test_a_keeper_changes_the_own_password(store, browsers):
    eva, other = browsers(), browsers()
    store.add_keeper("eva", "keeper")
    for browser in (eva, other):
        sign_in(browser, store, keeper="eva")
        wait_for_path(browser, "/desk")
    press(one(eva, ".leave a"))
    wait_for_path(eva, "/desk/account")
    button = "form[action='/desk/account'] button"
    fill(eva, {"#old": "wrong password", "#password": "another good one", "#again": "another good one"}, button)
    wait(eva, "the refusal", lambda: "This is not your password" in text(eva))
    fill(eva, {"#old": DESK_PASSWORD, "#password": "another good one", "#again": "another bad one"}, button)
    wait(eva, "the mistake", lambda: "passwords differ" in text(eva))
    fill(eva, {"#old": DESK_PASSWORD, "#password": "another good one", "#again": "another good one"}, button)
    wait(eva, "the sign-in page", lambda: "Your password is changed" in text(eva))
    other.get(store.shop + "/desk")
    assert path(other) == "/desk/sign-in"
    sign_in(eva, store, keeper="eva", password="another good one")
    wait_for_path(eva, "/desk")
    sign_in(other, store, keeper="eva", password="another good one")
    press(one(other, ".leave a"))
    wait_for_path(other, "/desk/account")
    press(one(other, "form[action='/desk/sign-out-everywhere'] button"))
    wait(other, "the sign-in page", lambda: "signed out everywhere" in text(other))
    eva.get(store.shop + "/desk")
    assert path(eva) == "/desk/sign-in"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_shops_settings(own_store, browsers, scripts):
    browser = browsers(scripts=scripts)
    sign_in(browser, own_store)
    browser.get(own_store.shop + "/desk/settings")
    button = "form[action='/desk/settings'] button"
    fill(browser, {"#name": "Buch & Bohne", "#zone": "Middle/Earth"}, button)
    wait(browser, "the mistake", lambda: "is no time zone" in text(browser))
    assert browser.switch_to.active_element == one(browser, "#zone")
    assert one(browser, "#name").get_attribute("value") == "Buch & Bohne"
    fill(browser, {"#zone": "Europe/Berlin", "#address": "Hauptstraße 1\n10115 Berlin", "#currency": "EUR"}, button)
    wait(browser, "the change", lambda: "settings are changed" in text(browser))
    assert "by ⁨ann⁩" in text(browser) or "by ann" in text(browser)
    browser.get(own_store.shop + "/book/1")
    assert one(browser, ".wordmark").text == "Buch & Bohne" and "€10" in text(browser)
    assert one(browser, "address").text.splitlines() == ["Hauptstraße 1", "10115 Berlin"]
    # A receipt on paper says whose it is.
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert one(browser, "address").is_displayed()
