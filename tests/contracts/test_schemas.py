"""The published language: generated once, never drifting, never breaking those who already speak it."""

import copy
import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import msgspec
import pytest

from contracts import errors, schemas, vocabulary
from contracts.event import FACTS, UNSTAMPED, Actor, Event
from contracts.petitions import Person
from tests.contracts.samples import sample

ROOT = Path(__file__).parents[2]


def test_generated_files_are_up_to_date_and_compatible() -> None:
    assert schemas.check(ROOT) == []


@pytest.mark.parametrize("kind", FACTS.values(), ids=lambda kind: kind.__name__)
def test_every_fact_meets_its_own_schema_and_comes_back_equal(kind: type[Event]) -> None:
    fact = sample(kind)
    body = msgspec.json.encode(fact)
    jsonschema.validate(json.loads(body), schemas.schema_of(kind), cls=jsonschema.Draft202012Validator)
    assert msgspec.json.decode(body, type=kind) == fact


def test_an_unstamped_fact_does_not_meet_its_schema() -> None:
    fact = msgspec.structs.replace(sample(FACTS["dannguyen.petition.withdrawn.v1"]), seq=0)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(msgspec.json.encode(fact)), schemas.schema_of(type(fact)))


def test_a_reader_of_today_reads_facts_with_fields_of_tomorrow() -> None:
    kind = FACTS["dannguyen.case.accepted.v1"]
    body = json.loads(msgspec.json.encode(sample(kind))) | {"a_field_of_tomorrow": 1}
    assert msgspec.json.decode(json.dumps(body).encode(), type=kind) == sample(kind)


OLD = schemas.schema_of(FACTS["dannguyen.case.accepted.v1"])


def changed(edit: str) -> dict[str, object]:
    new = copy.deepcopy(OLD)
    if edit == "field gone":
        del new["properties"]["document"]
    elif edit == "field required":
        new["properties"]["extra"] = {"type": "string"}
        new["required"] = [*new["required"], "extra"]
    elif edit == "type changed":
        new["properties"]["document"] = {"type": "integer"}
    elif edit == "word added":
        new["$defs"]["Role"]["enum"] = [*new["$defs"]["Role"]["enum"], "journalist"]
    elif edit == "no longer required":
        new["required"] = [name for name in new["required"] if name != "document"]
    return new


@pytest.mark.parametrize("edit", ["field gone", "field required", "type changed", "word added", "no longer required"])
def test_a_change_that_breaks_readers_or_writers_is_found(edit: str) -> None:
    assert schemas.breaks(OLD, changed(edit)) != []


def test_a_new_optional_field_breaks_nobody() -> None:
    new = copy.deepcopy(OLD)
    new["properties"]["note"] = {"type": "string", "default": ""}
    assert schemas.breaks(OLD, new) == []


def git(*words: str) -> str:
    """What git says here; empty when it cannot."""
    found = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout if found.returncode == 0 else ""


def test_every_version_since_publication_is_still_understood() -> None:
    published = git("log", "--diff-filter=A", "--format=%H", "--", f"{schemas.SCHEMA_FOLDER}/PUBLISHED").split()
    if not published:
        pytest.skip("no git history here, or the language is not published yet")
    for commit in git("log", "--format=%H", f"{published[-1]}^!", f"{published[-1]}..HEAD", "--", schemas.SCHEMA_FOLDER).split():
        for name in git("ls-tree", "--name-only", commit, f"{schemas.SCHEMA_FOLDER}/").split():
            kind = FACTS.get(Path(name).stem)
            if name.endswith(".json"):
                assert kind is not None, f"{name} was published and is gone"
                old = json.loads(git("show", f"{commit}:{name}"))
                assert schemas.breaks(old, schemas.schema_of(kind)) == [], f"{name} since {commit[:8]}"


def test_no_fact_has_a_place_for_a_person() -> None:
    names = re.compile(r"name|address|phone|email|id_number|text|content|birth|gender|ethnic|religion", re.IGNORECASE)
    for kind in FACTS.values():
        (_,), parts = msgspec.json.schema_components([kind])
        assert Person.__name__ not in parts
        for part in parts.values():
            assert not [field for field in part.get("properties", {}) if names.search(field)], kind.__name__


def test_every_word_has_its_vietnamese_and_english_label() -> None:
    lists = [value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, vocabulary.StrEnum)]
    for one in lists:
        for word in one:
            assert vocabulary.label(word)
            assert vocabulary.label(word, "en")


def test_every_refusal_raised_in_the_source_has_its_row() -> None:
    raised = re.compile(r"\b(?:Refusal|Invalid|NotSignedIn|NotAllowed|NotFound|IllegalMove|Conflict|TooMany|Unavailable)\(\s*\"(\w+)\"")
    packages = ("contracts", "law", "runtime", "services", "gateway", "deploy")
    found = {code for package in packages for path in (ROOT / package).rglob("*.py") for code in raised.findall(path.read_text("utf-8"))}
    assert found - errors.rows().keys() == set()


def test_stamping_keeps_what_a_rule_said_and_fills_the_rest() -> None:
    bare = msgspec.structs.replace(sample(FACTS["dannguyen.petition.withdrawn.v1"]), recorded_at=UNSTAMPED)
    actor = Actor(agency="X-1", role=vocabulary.Role.SYSTEM)
    stamped = bare.stamped(seq=4, causation_id="c", actor=actor, legal_on=bare.legal_on, recorded_at=UNSTAMPED)
    assert (stamped.seq, stamped.actor) == (4, bare.actor)


@pytest.mark.connected
def test_asyncapis_own_parser_accepts_the_document(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: AsyncAPI's parser is a Node package")
    here = Path(__file__).parent / "asyncapi"
    for name in ("package.json", "package-lock.json", "check.mjs"):
        if (here / name).exists():
            shutil.copy(here / name, tmp_path / name)
    installed = subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=tmp_path, capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        pytest.skip("the parser could not be installed: no package registry within reach")
    checked = subprocess.run(
        ["node", "check.mjs", str(ROOT / schemas.ASYNCAPI_FILE)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
