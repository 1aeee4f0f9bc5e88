"""Where a function runs, as far as its address tells, for commands that can be copied."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

_BY_NUMBER = re.compile(r"(?P<name>[a-z0-9-]+)-(?P<project>[0-9]{6,})\.(?P<region>[a-z0-9-]+)\.run\.app")
_BY_HASH = re.compile(r"(?P<name>[a-z0-9-]+)-[a-z0-9]{10}-[a-z]{2}\.a\.run\.app")
_FUNCTION = re.compile(r"(?P<region>[a-z]+-[a-z]+[0-9]+)-(?P<project>[a-z0-9-]+)\.cloudfunctions\.net")


class Service(NamedTuple):
    """A Cloud Run service's name, region and project; capitals stand for what the owner must fill in."""

    name: str = "NAME"
    region: str = "REGION"
    project: str = "PROJECT"

    @property
    def flags(self) -> str:
        """The flags by which gcloud finds it."""
        return f"--region={self.region} --project={self.project}"

    @property
    def hint(self) -> str:
        """What to fill in, as a line before a command; empty where all is known."""
        missing = [value for value in self if value.isupper()]
        return f"(Put in your own {', '.join(missing)}; Terraform has outputs name and region.)\n" if missing else ""


def service_of(url: str, project: str | None = None) -> Service:
    """Return what `url` tells; `project` is the one named on the command line."""
    parts = urlsplit(url)
    host, first = parts.hostname or "", parts.path.strip("/").partition("/")[0]
    service = Service()
    if match := _BY_NUMBER.fullmatch(host):
        service = Service(**match.groupdict())
    elif match := _BY_HASH.fullmatch(host):
        service = Service(name=match["name"])
    elif match := _FUNCTION.fullmatch(host):
        service = Service(first or "NAME", match["region"], match["project"])
    return service._replace(project=project) if project else service
