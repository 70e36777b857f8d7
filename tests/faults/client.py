"""The campaign's client: lodges, acts and submits for as long as it may, and remembers every answer it got."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer

from contracts.vocabulary import Kind, Role
from deploy.demo import letters, plan
from deploy.demo.client import Badge, NobodyAnswers, Platform, Refused
from deploy.demo.letters import Letter, Wish
from docs.examples import agency_acts, agency_client
from runtime import auth

PLATFORM = Badge(Role.SYSTEM)
KINDS = (Kind.COMPLAINT, Kind.DENUNCIATION, Kind.RECOMMENDATION, Kind.FEEDBACK)
BATCH = 20
SIGNED = 0.5
"""Share of the cases whose last act is signed by the agency and sent over Kafka."""
TRIES = 30


@dataclass
class History:
    """What the platform told the client it had done. The checker believes nothing else."""

    cases: dict[str, str] = field(default_factory=dict)
    """Idempotency key → case id of an accepted lodging."""
    positions: list[str] = field(default_factory=list)
    """``topic:case:seq`` of the last fact of each accepted command."""
    submissions: list[str] = field(default_factory=list)
    """Ids of the agency submissions that the broker took."""
    acts: list[str] = field(default_factory=list)
    """Ids of the signed acts that the broker took, some of them more than once."""
    marks: list[str] = field(default_factory=list)
    """Canary identities that were handed in."""
    counts: Counter[str] = field(default_factory=Counter)

    def took(self, what: str, answer: dict[str, Any]) -> None:
        """Remember one accepted command."""
        self.counts[what] += 1
        self.positions.append(answer["position"])


class Client:
    """Works until told to stop; every request is repeated under the same key until it is answered."""

    def __init__(self, home: Path, seed: int, bootstrap: str, agency: str) -> None:
        self.home = home
        self.seed = seed
        self.bootstrap = bootstrap
        self.agency = agency
        self.history = History()
        self.dice = Random(seed)
        self.number = 0
        self.signed: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def run(self, is_over: Callable[[], bool]) -> None:
        """Lodge and act in four streams, one of them letter by letter; submit letters in a fifth and signed acts in a sixth."""
        async with Platform(self.home / "keys", patience=120) as platform:
            streams = (self._lodge(platform, is_over, in_batches=number > 0) for number in range(4))
            await asyncio.gather(*streams, self._with_producer(self._submit, is_over), self._with_producer(self._sign, is_over))

    def _letter(self) -> Letter:
        self.number += 1
        wish = Wish(kind=self.dice.choice(KINDS), is_canary=self.number % 5 == 0)
        on = date.today() - timedelta(days=self.dice.randint(40, 60))  # noqa: DTZ011
        letter = letters.letter(self.seed, self.number, on, wish)
        self.history.marks.extend(letter.marks)
        return letter

    async def _lodge(self, platform: Platform, is_over: Callable[[], bool], *, in_batches: bool) -> None:
        while not is_over():
            some = [self._letter() for _ in range(BATCH)]
            forms = [self._form(letter) for letter in some]
            if in_batches:
                answers = await self._hand_in(platform, "intake", "/petitions/batch", forms)
            else:
                answers = [await self._hand_in_one(platform, form) for form in forms]
            known: dict[str, str] = {}
            for letter, one in zip(some, answers, strict=True):
                if "ok" in one:
                    known[letter.key] = self.history.cases[letter.key] = one["ok"]["case_id"]
                    self.history.counts["lodged"] += 1
                    if "position" in one["ok"]:
                        self.history.positions.append(one["ok"]["position"])
                else:
                    self.history.counts[f"not lodged {one['refusal']['code']}"] += 1
            await self._act(platform, [letter for letter in some if letter.key in known], known)

    def _form(self, letter: Letter) -> dict[str, Any]:
        signed = msgspec.structs.replace(letter.form, axes=letter.truth, is_classified=True)
        return {**msgspec.to_builtins(signed), "idempotency_key": f"campaign-{self.seed}-{letter.key}"}

    async def _act(self, platform: Platform, some: list[Letter], cases: dict[str, str]) -> None:
        today = date.today()  # noqa: DTZ011
        lives = {letter.key: [act for act in plan.acts(letter) if act.name not in plan.INTAKE and act.on <= today][:3] for letter in some}
        for turn in range(3):
            steps = [(key, acts[turn], turn > 0 and turn == len(acts) - 1) for key, acts in lives.items() if len(acts) > turn]
            bodies = []
            for key, act, is_last in steps:
                body = {"case_id": cases[key], "move": act.name, "on": act.on.isoformat(), **act.details}
                if is_last and self.dice.random() < SIGNED:
                    self.signed.put_nowait({"agency": act.agency, "act": body})
                else:
                    bodies.append(body)
            await self._move(platform, bodies)

    async def _move(self, platform: Platform, bodies: list[dict[str, Any]]) -> None:
        """Make moves; those on cases that routing has not heard of yet are made again, as a clerk would."""
        for _ in range(TRIES):
            answers = await self._hand_in(platform, "routing", "/steps/batch", bodies)
            early = []
            for body, one in zip(bodies, answers, strict=True):
                if "ok" in one and "position" in one["ok"]:
                    self.history.took(f"move {body['move']}", one["ok"])
                elif one.get("refusal", {}).get("code") == "case_not_found":
                    early.append(body)
                elif "refusal" in one:
                    self.history.counts[f"refused {one['refusal']['code']}"] += 1
            bodies = early
            if not bodies:
                return
            await asyncio.sleep(1)
        self.history.counts["given up: routing has not heard of the case"] += len(bodies)

    async def _hand_in_one(self, platform: Platform, form: dict[str, Any]) -> dict[str, Any]:
        body = {name: value for name, value in form.items() if name != "idempotency_key"}
        while True:
            try:
                key = {"idempotency-key": form["idempotency_key"]}
                return {"ok": await platform.ask("intake", "POST", "/petitions", body, badge=PLATFORM, **key)}
            except Refused as refusal:
                if refusal.status < 500:
                    return {"refusal": refusal.problem}
                self.history.counts[f"unanswered {refusal.code}"] += 1
            except NobodyAnswers:
                self.history.counts["unanswered nobody"] += 1
            await asyncio.sleep(1)

    async def _hand_in(self, platform: Platform, service: str, path: str, bodies: list[Any]) -> list[dict[str, Any]]:
        if not bodies:
            return []
        while True:
            try:
                return await platform.batch(service, path, bodies, badge=PLATFORM)
            except (Refused, NobodyAnswers) as failure:
                self.history.counts[f"unanswered {getattr(failure, 'code', 'nobody')}"] += 1
                await asyncio.sleep(1)

    async def _with_producer(self, work: Callable[[Any, Callable[[], bool]], Any], is_over: Callable[[], bool]) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all", enable_idempotence=True)
        await producer.start()
        try:
            await work(producer, is_over)
        finally:
            await asyncio.wait_for(producer.stop(), 30)

    async def _send(self, producer: Any, topic: str, key: str, value: bytes) -> bool:
        try:
            await asyncio.wait_for(producer.send_and_wait(topic, value, key=key.encode()), 60)
        except Exception as failure:
            self.history.counts[f"not sent {type(failure).__name__}"] += 1
            return False
        return True

    async def _submit(self, producer: Any, is_over: Callable[[], bool]) -> None:
        own, intake = self._key(f"agencies/{self.agency}.json"), self._key("intake.pub.json")
        while not is_over():
            letter = self._letter()
            form = msgspec.to_builtins(msgspec.structs.replace(letter.form, received_by=self.agency, external_id=letter.key))
            identity, sealed = agency_client.seal(form, self.agency, own, intake)
            if await self._send(producer, "agency.submissions.v1", self.agency, sealed):
                self.history.submissions.append(identity)
            await asyncio.sleep(0.3)

    async def _sign(self, producer: Any, is_over: Callable[[], bool]) -> None:
        """Send the last acts of some cases signed by the agency that acts, every third of them twice."""
        while not is_over() or not self.signed.empty():
            if self.signed.empty():
                await asyncio.sleep(0.1)
                continue
            asked = self.signed.get_nowait()
            auth.make_agency_key(self.home, asked["agency"])
            identity, signed = agency_acts.sign(asked["act"], asked["agency"], self._key(f"agencies/{asked['agency']}.json"))
            for _ in range(2 if len(self.history.acts) % 3 == 0 else 1):
                if await self._send(producer, "agency.acts.v1", asked["act"]["case_id"], signed) and identity not in self.history.acts[-1:]:
                    self.history.acts.append(identity)

    def _key(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "keys" / name).read_text("utf-8"))
        return found
