"""Opens the page of `trafrec reconcile --html` in headless Chromium, and uses it as a person would.

usage: page_in_chromium.py PAGE [PICTURES]. The page has unknown and other verdicts, and hostile text. Search, choice, drill-down and
sorting work, with the keyboard; the rest is in page_check.py.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import page_check

SHOWN = "[...document.querySelectorAll('details.group')].filter((group) => group.offsetParent).length"


def use(browser):
    """What does not work, as sentences."""
    wrong = []

    def expect(what, sentence):
        if not what:
            wrong.append(sentence)

    def choose(name, value):
        browser.evaluate(f"{{const choice = document.querySelector('select[name={name}]'); choice.value = '{value}';"
                         "choice.dispatchEvent(new Event('change'));}")

    verdicts = browser.evaluate(SHOWN)
    expect(verdicts > 2, f"{verdicts} verdicts are shown")
    expect(browser.evaluate("document.querySelector('details.group').dataset.verdict") == "unknown",
           "what is unknown does not come first")
    browser.press("/", 0xBF, "/")
    expect(browser.evaluate("document.activeElement.type") == "search", "the key / does not lead to the search")
    browser.call("Input.insertText", text="_DOC/2")
    expect(browser.evaluate(SHOWN) == 1, "the search does not filter")
    browser.evaluate("{const search = document.querySelector('.tools input'); search.value = '';"
                     "search.dispatchEvent(new Event('input'));}")
    choose("verdict", "not_committed")
    expect(browser.evaluate(SHOWN) == 1, "the choice of a verdict does not filter")
    choose("verdict", "")
    choose("index", "idx")
    expect(0 < browser.evaluate(SHOWN) < verdicts, "the choice of an index does not filter")
    choose("index", "")
    expect(browser.evaluate(SHOWN) == verdicts, "not all come back")
    browser.evaluate("document.querySelector('details[data-verdict=committed] summary').focus()")
    browser.press("Enter", 13, "\r")
    expect("history" in (browser.evaluate("document.querySelector('details[open] li')?.textContent") or ""),
           "the Enter key does not open a verdict with its evidence")
    browser.evaluate("document.querySelectorAll('#indices th button')[1]?.click()")
    expect(browser.evaluate("document.querySelectorAll('#indices th[aria-sort=descending]').length") == 1,
           "the list of indices does not sort")
    return wrong


if __name__ == "__main__":
    page_check.check("reconcile", use)
