"""Running browser modules without a page of the site."""

from typing import Any

from playwright.async_api import Page

UNTIL = """
const until = async (condition, what = condition) => {
  const end = performance.now() + 20000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resume) => setTimeout(resume, 5));
  }
};
"""
"""What a script says to wait for a condition."""


async def run(page: Page, script: str) -> Any:
    """What `script` returns in the page."""
    return await page.evaluate(f"async () => {{ {script} }}")
