"""Calls the page tools of a page as a conversation would."""

from typing import Any

USE = """async (index) => {
  const { PAGE_TOOLS } = await import('/livetoken-site.js');
  window.call = (name, args) => PAGE_TOOLS[name](args, { index: () => index || null, open: async ({ href }) => ({ opened: href }) }, new AbortController().signal);
}"""


def use(tab: Any, index: str = "") -> None:
    """Load the tools into a page whose element has `search=index`, or none."""
    tab.page.evaluate(USE, index)


def call(tab: Any, name: str, **args: Any) -> Any:
    """What the tool answers."""
    return tab.page.evaluate("([name, args]) => call(name, args)", [name, args])
