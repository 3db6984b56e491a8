"""One store for all tests, and a new browser without cookies for each test."""

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from store import Store

DESKTOP = (1280, 900)
PHONE = (360, 780)


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    try:
        store.start()
        yield store
    finally:
        store.stop()


@pytest.fixture
def own_store(tmp_path):
    """A store that a test may stop and start."""
    store = Store(tmp_path)
    try:
        store.start()
        yield store
    finally:
        store.stop()


def make_browser(size=DESKTOP, scripts=True, dark=False):
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    # axe checks everything on a page, which is slow on a busy machine.
    browser.set_script_timeout(120)
    resize(browser, size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
    return browser


def resize(browser, size):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 600})


@pytest.fixture
def browsers():
    """Opens browsers and closes them when the test ends."""
    made = []

    def make(**options):
        made.append(make_browser(**options))
        return made[-1]

    yield make
    for browser in made:
        browser.quit()


@pytest.fixture
def browser(browsers):
    return browsers()
