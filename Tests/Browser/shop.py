"""What a customer or a keeper does on the shop's pages."""

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from store import DESK_PASSWORD

# How long a page may take. A machine that also runs a build is slow.
SECONDS_MAX = 30

# Chromium's driver reports this instead of "stale" for an element whose page is being replaced.
BEING_REPLACED = "does not belong to the document"


def one(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector)


def all_of(browser, selector):
    return browser.find_elements(By.CSS_SELECTOR, selector)


def heading(browser):
    return one(browser, "h1").text


def text(browser):
    return one(browser, "main").text


def wait(browser, what, condition, seconds=SECONDS_MAX):
    def holds(browser):
        # The page may be replaced between two checks.
        try:
            return condition()
        except NoSuchElementException:
            return False
        except WebDriverException as error:
            if is_of_a_replaced_page(error):
                return False
            raise

    WebDriverWait(browser, seconds).until(holds, message=what)


def wait_for_path(browser, prefix, seconds=SECONDS_MAX):
    wait(browser, f"the page {prefix}", lambda: path(browser).startswith(prefix), seconds)


def path(browser):
    return "/" + browser.current_url.split("/", 3)[3]


def press(element):
    element.click()


def open_book(browser, store, item):
    browser.get(f"{store.shop}/book/{item}")


def buy(browser):
    press(one(browser, ".buy button"))


def sign_in(browser, store, keeper="ann", password=DESK_PASSWORD):
    browser.get(store.shop + "/desk/sign-in")
    one(browser, "#keeper").send_keys(keeper)
    one(browser, "#password").send_keys(password)
    form = one(browser, "main form")
    press(one(browser, "main form button"))
    # Checking a password is slow on purpose; the keeper is signed in only after the answer.
    wait(browser, "the answer", lambda: is_gone(form))


def is_gone(element):
    try:
        element.is_enabled()
        return False
    except WebDriverException as error:
        if is_of_a_replaced_page(error):
            return True
        raise


def is_of_a_replaced_page(error):
    return isinstance(error, StaleElementReferenceException) or BEING_REPLACED in str(error)
