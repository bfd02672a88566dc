"""Maven artifacts: resolved once into a lock, fetched by it ever after."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from .where import LOCKS, PartsMissing

_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>parts</artifactId><version>1</version>
<dependencies>{dependencies}</dependencies></project>"""
_ONE = "<dependency><groupId>{0}</groupId><artifactId>{1}</artifactId><version>{2}</version></dependency>"


def wanted(name: str) -> list[str]:
    """The coordinates that ``locks/servers-NAME.in`` asks for."""
    return (LOCKS / f"servers-{name}.in").read_text(encoding="utf-8").split()


def resolved(name: str, into: Path) -> dict[str, str]:
    """Copy a server's jars, with all they need, into a folder; ``{coordinates: sha256}``.

    Raises:
        PartsMissing: there is no Maven, or it cannot fetch them.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _copy(wanted(name), work)
        into.mkdir(parents=True)
        found: dict[str, str] = {}
        for jar in sorted((work / "jars").rglob("*.jar")):
            found[_coordinates(jar, work / "jars")] = hashlib.sha256(jar.read_bytes()).hexdigest()
            shutil.move(jar, into / jar.name)
    return found


def lock_text(found: dict[str, str]) -> str:
    """One line a jar: its coordinates and its hash."""
    return "".join(f"{name} {digest}\n" for name, digest in sorted(found.items()))


def _copy(coordinates: list[str], work: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise PartsMissing("no Maven on PATH: install the package maven")
    told = "".join(_ONE.format(*one.split(":")) for one in coordinates)
    (work / "pom.xml").write_text(_POM.format(dependencies=told), encoding="utf-8")
    arguments = (
        "-DincludeScope=runtime",
        "-Dmdep.useRepositoryLayout=true",
        f"-DoutputDirectory={work}/jars",
    )
    ran = subprocess.run(
        [maven, "--batch-mode", "--quiet", "-Dstyle.color=never", _COPY, *arguments],
        cwd=work, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise PartsMissing(f"Maven could not fetch {', '.join(coordinates)}: {ran.stdout[-1_000:]}")


def _coordinates(jar: Path, root: Path) -> str:
    *group, artifact, version, name = jar.relative_to(root).parts
    classifier = name.removesuffix(".jar").removeprefix(f"{artifact}-{version}").lstrip("-")
    return ":".join(filter(None, (".".join(group), artifact, version, classifier)))
