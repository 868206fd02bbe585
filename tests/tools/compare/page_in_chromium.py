"""Opens the page of `trafrec compare --html` in headless Chromium, and uses it as a person would.

usage: page_in_chromium.py PAGE [PICTURES]. The page has kinds of differences in two parts of answers at least, and hostile text.
Search, choice, drill-down and sorting work, with the keyboard; the rest is in page_check.py.
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

    kinds = browser.evaluate(SHOWN)
    expect(kinds > 1, f"{kinds} kinds of differences are shown")
    browser.press("/", 0xBF, "/")
    expect(browser.evaluate("document.activeElement.type") == "search", "the key / does not lead to the search")
    browser.call("Input.insertText", text="STATUS 201")
    expect(browser.evaluate(SHOWN) == 1, "the search does not filter")
    browser.call("Input.insertText", text=" and what is nowhere")
    expect(browser.evaluate(SHOWN) == 0, "the search shows what does not fit")
    browser.evaluate("{const search = document.querySelector('.tools input'); search.value = '';"
                     "search.dispatchEvent(new Event('input'));}")
    browser.evaluate("{const part = document.querySelector('select[name=part]'); part.value = 'status';"
                     "part.dispatchEvent(new Event('change'));}")
    expect(browser.evaluate(SHOWN) == 1, "the choice of a part does not filter")
    browser.evaluate("document.querySelector('details.group[data-part=status] summary').focus()")
    browser.press("Enter", 13, "\r")
    expect(browser.evaluate("document.querySelector('details[data-part=status] .rows tr.d')?.textContent")
           == "*status 201status 500", "the Enter key does not open a difference with its samples")
    browser.evaluate("{const part = document.querySelector('select[name=part]'); part.value = '';"
                     "part.dispatchEvent(new Event('change'));}")
    expect(browser.evaluate(SHOWN) == kinds, "not all come back")
    browser.evaluate("document.querySelector('#requests td.name button').focus()")
    browser.press("Enter", 13, "\r")
    expect(browser.evaluate("document.querySelector('.tools input').value")
           == browser.evaluate("document.querySelector('#requests td.name').textContent"),
           "a shape does not search for its differences")
    browser.evaluate("document.querySelectorAll('#requests th button')[1]?.click()")
    expect(browser.evaluate("document.querySelectorAll('#requests th[aria-sort=descending]').length") == 1,
           "the list of requests does not sort")
    browser.evaluate("document.querySelector('svg[data-plot]').focus()")
    browser.press("ArrowRight", 39)
    expect("at the source" in browser.evaluate("document.querySelector('figure output').textContent"),
           "the arrow key reads no figures of a plot")
    return wrong


if __name__ == "__main__":
    page_check.check("compare", use)
