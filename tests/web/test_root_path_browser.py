"""A learner in a browser, where nginx shows the service below a path: nothing leaves that path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from practicum.runner import Pool
from tests.web.conftest import Opener
from tests.web.conftest import write as type_code
from tests.web.making import EXAMPLES, proved, write
from tests.web.proxying import documented, make_certificate, nginx
from tests.web.serving import Service
from tests.web.test_postgresql_browser import CARDS, CHALLENGE, CODE

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = "/practice"
TOPIC = f"{ROOT}/walk/topic"
PAGE = """# Numbers

They are squares.

```python run
print([n * n for n in range(4)])
```
"""


@dataclass(frozen=True)
class Below:
    """The service as its learners see it."""

    url: str


@pytest.fixture(scope="module", params=["keeps", "removes"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Iterator[Below]:
    """A watched course; the proxy keeps the path in its requests, or removes it."""
    folder = tmp_path_factory.mktemp("below")
    root = write(
        folder / "walk",
        {
            "course.toml": 'title = "Walk"\nsummary = "s"\nframework = "python"\n',
            "topic/topic.toml": 'title = "Topic"\nsummary = "s"\nminutes = 1\n[badge]\nname = "Walker"\n',
            "topic/challenge/01-sum.md": CHALLENGE,
            "topic/try/code.md": (EXAMPLES / "code" / "example.md").read_text(),
            "topic/recall.md": CARDS,
            "topic/learn.md": PAGE,
        },
    )
    proved(root, pool)
    certificate = make_certificate(folder)
    location = documented("nginx")[1]
    with Service(
        folder / "data", "--root-path", ROOT, "--allowed-host", "127.0.0.1", "--watch", courses=[root]
    ) as served:
        upstream = served.url.removesuffix(ROOT)
        if request.param == "removes":
            upstream += "/"
        location = location.replace("http://127.0.0.1:8000", upstream)
        with nginx(folder, certificate, upstream, location) as proxy:
            yield Below(proxy.url + ROOT)


@pytest.fixture
def page(opened: Opener) -> Page:
    return opened(f"{ROOT}/", ignore_https_errors=True)


def test_a_challenge_leads_to_a_badge(page: Page) -> None:
    page.get_by_role("link", name="Topic").click()
    page.get_by_role("link", name="Challenge").click()
    page.get_by_role("radio", name="Off").check()
    page.get_by_role("button", name="Start the challenge").click()
    page.locator("label.option").filter(has_text="4").locator("input").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".verdict.right")).to_be_visible()
    page.get_by_role("button", name="Run it again").click()
    expect(page.locator(".live .notice")).to_be_visible()
    page.get_by_role("button", name="See your result").click()
    page.get_by_role("link", name="See your badge").click()
    expect(page.locator("img.medal")).to_be_visible()
    assert page.locator("img.medal").evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0


def test_code_is_run_and_stopped_in_the_page(page: Page) -> None:
    """Its events, its stop, and the editor with its completions."""
    page.goto(f"{TOPIC}/try/code")
    type_code(page, CODE)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".live [data-grade=right]")).to_be_visible()

    page.goto(f"{TOPIC}/scratch")
    type_code(page, "print('begun', flush=True)\nwhile True: pass")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".live")).to_contain_text("begun")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".live [data-ending=stopped]")).to_be_visible()


def test_a_card_and_a_page_are_read(page: Page) -> None:
    page.goto(f"{TOPIC}/recall/card")
    page.get_by_role("link", name="Show the answer").click()
    page.get_by_role("button", name="Easy").click()
    expect(page.locator(".schedule li")).to_have_count(1)

    page.goto(f"{TOPIC}/learn")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".cell .live")).to_contain_text("[0, 1, 4, 9]")
    page.get_by_role("button", name="I have read this").click()
    page.wait_for_url(f"**{TOPIC}")


def test_a_broken_stream_is_continued(page: Page) -> None:
    """The script asks for the rest of the run's events below the path."""
    page.goto(f"{TOPIC}/scratch")
    type_code(page, "import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('ended')")
    page.evaluate(
        """() => {
            const ask = window.fetch;
            window.fetch = async (...asked) => {
                const answer = await ask(...asked);
                window.fetch = ask;
                const [head, rest] = answer.body.tee();
                rest.cancel();
                return new Response(cut(head), answer);
            };
            function cut(body) {
                const reader = body.getReader();
                return new ReadableStream({
                    async pull(to) {
                        const { value } = await reader.read();
                        to.enqueue(value);
                        if (new TextDecoder().decode(value).includes("begun")) { reader.cancel(); to.close(); }
                    },
                });
            }
        }"""
    )
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".live [data-ending=done]")).to_contain_text("ended")


def test_the_bar_of_a_draft_is_kept_up_to_date(page: Page) -> None:
    """Its news arrive as events."""
    with page.expect_request("**/draft/news?*") as asked:
        page.reload()

    assert f"{ROOT}/draft/news" in asked.value.url
    expect(page.locator("practicum-draft")).to_contain_text("proved")
