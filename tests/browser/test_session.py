"""The module livetoken.js in a real browser."""

from typing import Any

import pytest

from local.processes import Google


def test_smoke(module_tab: Any, cloud: Google) -> None:
    """A typed question is answered in writing and in sound."""
    said = module_tab.page.evaluate(
        """async () => {
          const session = await lt.connect({ endpoint, pageTitle: document.title, pageUrl: location.href, pageContent: 'Herons fish at dusk.', lang: 'en' });
          const log = [];
          for (const type of ['state', 'usage', 'turn', 'error', 'reconnected', 'interrupted']) session.addEventListener(type, (e) => log.push([type, JSON.parse(JSON.stringify(e.detail ?? null))]));
          session.sendText('What do herons do?');
          await new Promise((done) => session.addEventListener('turn', done, { once: true }));
          const result = { transcript: session.transcript, log, state: session.state };
          session.close();
          return result;
        }"""
    )
    print(said)
    print(cloud.sessions())
    assert said["transcript"][0]["text"] == "What do herons do?"
