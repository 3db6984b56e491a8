"""Other documents: a tier's API page, the evaluation report, a printed receipt."""

import gzip
import urllib.request

import pytest

from conftest import DESKTOP, PHONE
from shop import all_of, buy, one, open_book, sign_in, text, wait, wait_for_path
from store import PACKAGE
from test_pages import AXE, TAGS

TIERS = ["frontend", "order", "catalog"]
NARROW = (390, 780)


def documents(store):
    report = PACKAGE / "bench/results/evaluation.html"
    return [f"http://127.0.0.1:{store.ports[tier]}/docs" for tier in TIERS] + [report.as_uri()]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "phone"])
def test_no_barriers_in_documents(store, browsers, dark, size):
    browser = browsers(dark=dark, size=size)
    found = []
    for address in documents(store):
        browser.get(address)
        # The page's policy allows no script but the driver's.
        browser.execute_script(AXE)
        result = browser.execute_async_script(
            "const done = arguments[1]; axe.run({runOnly: arguments[0]}).then(done, e => done({error: String(e)}))",
            TAGS)
        assert "error" not in result, result
        assert len(result["passes"]) > 10, address
        for violation in result["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"]][:3]
            found.append(f"{address}: {violation['id']} ({violation['impact']}): {nodes}")
        breadth = browser.execute_script("return document.documentElement.scrollWidth")
        if breadth > size[0]:
            found.append(f"{address} is {breadth} wide")
    assert not found, "\n".join(found)


def test_the_api_page_has_style_and_links(store, browser):
    for tier in TIERS:
        browser.get(f"http://127.0.0.1:{store.ports[tier]}/docs")
        # With a wrong digest in the policy, the page has no style.
        assert one(browser, "main").value_of_css_property("max-width") == "864px"
        links = all_of(browser, "nav a")
        assert len(links) == len(all_of(browser, "section")) == len(all_of(browser, "section pre")) > 5
        for link in links:
            assert all_of(browser, "[id='%s']" % link.get_attribute("href").split("#")[1])
    said = [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]]
    assert not said, said


def test_a_printed_receipt_names_the_shop(store, browsers):
    browser = browsers(dark=True)
    open_book(browser, store, 10)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert one(browser, ".wordmark").is_displayed() and one(browser, ".wordmark").text == "My Book Store"
    assert "Small Gardens" in text(browser) and "$12.00" in text(browser)
    for left_out in (".search", ".top nav", ".actions", ".foot p"):
        assert not one(browser, left_out).is_displayed(), left_out
    # Print is dark on white, also from a dark screen.
    assert browser.execute_script("return getComputedStyle(document.body).color") == "rgb(34, 30, 25)"


def test_days_name_their_time_zone(store, browser):
    sign_in(browser, store)
    wait_for_path(browser, "/desk")
    assert "UTC" in one(browser, "#t-sales").text and "UTC" in one(browser, "#plot").text
    browser.get(store.shop + "/desk/totals")
    assert "midnight UTC" in text(browser)


def test_a_cached_page_is_not_resent(store, browser):
    # A cached page is always checked with the shop, so it shows the current state.
    browser.get(store.shop + "/topic?name=gardening")
    assert "Small Gardens" in text(browser)
    times = "return performance.getEntriesByType('navigation')[0].encodedBodySize + ' ' + performance.getEntriesByType('navigation')[0].transferSize"
    first = browser.execute_script(times).split()
    browser.refresh()
    again = browser.execute_script(times).split()
    # For an unchanged page only the head is sent.
    assert int(again[1]) < int(first[1]) and "Small Gardens" in text(browser)
    store.sell_out(11)
    browser.refresh()
    wait(browser, "the sold-out book", lambda: "Sold out" in text(browser))


def test_the_desk_is_not_compressed(store, browser):
    for path, is_gzipped in (("/", True), ("/book/1", True), ("/desk/sign-in", False), ("/orders", False)):
        request = urllib.request.Request(store.shop + path, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
            assert (answer.headers["content-encoding"] == "gzip") == is_gzipped, path
            assert b"</html>" in (gzip.decompress(body) if is_gzipped else body)
    sign_in(browser, store)
    wait_for_path(browser, "/desk")
    for path in ("/desk", "/desk/books?q=poetry", "/desk/ledger"):
        fields = browser.execute_async_script(
            "const done = arguments[1]; fetch(arguments[0]).then(a => done(Object.fromEntries(a.headers)))", path)
        assert "content-encoding" not in fields and "etag" not in fields and fields["cache-control"] == "no-store", path
