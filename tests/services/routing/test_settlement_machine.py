"""No sequence of legal moves breaks what must always hold: hypothesis drives cases through the table of moves."""

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.cases import CaseReopened
from contracts.errors import Refusal
from contracts.vocabulary import FIRST_STEPS, AuthorRole, Branch, Competence, Eligibility, Kind, SettledBefore, Source, Step
from law import bodies
from services.routing import clocks, history, lawsuit, settlement
from services.routing.state import State, copy_of
from tests.services.routing.matters import DEPARTMENT, MOVES, PROVINCE, WARD, Matter, axes, withdrawn

BODIES = (WARD, PROVINCE, DEPARTMENT, "SXD-19", "CA-19", "BTCD-19", "TT-19", "CP-TW", "VKS-KV2-19", "TA-KV2-19")
COURT = "TA-KV2-19"
KINDS = st.sampled_from(list(Kind))
ENDING = ("file", "guide", "return", "refuse", "terminate")
"""Moves after which nothing is left to try; taken less often."""
OF_THE_COMPLAINANT = frozenset({"sue"})
"""Moves that go on nobody's duty."""
_COMPLAINT = (
    {"move": "accept"},
    {"move": "dialogue", "is_in_person": True},
    {"move": "settle"},
    {"move": "sue", "to": COURT, "is_dismissal": True},
)
_COURT = (
    {"move": "docket_suit"},
    {"move": "receive_judgment", "ground": "to_enforce", "to": WARD},
    {"move": "request_compulsory", "days": 40},
    {"move": "compel_enforcement"},
)
_PROTECTED = ({"move": "ask_protection"}, {"move": "accept"}, {"move": "apply_protection"}, {"move": "settle"})
ALONG = {"complaint": _COMPLAINT + _COURT, "discipline": _COMPLAINT + _COURT, "denunciation": _PROTECTED}
"""How such a matter mostly goes; a case may begin some way along, so that chance finds what comes late."""
_MOSTLY = ({"move": "accept"}, {"move": "settle"})


class Settlement(RuleBasedStateMachine):
    """One case, moved by whoever likes."""

    @initialize(
        kind=KINDS,
        author=st.sampled_from(
            [AuthorRole.COMMUNE_CHAIR, AuthorRole.PROVINCIAL_AGENCY_HEAD, AuthorRole.PROVINCIAL_CHAIR, AuthorRole.UNKNOWN]
        ),
        own=st.sampled_from(list(Competence)),
        source=st.sampled_from([Source.COUNTER, Source.RECEPTION_DESK, Source.FORWARDED_FRONT]),
        eligibility=st.sampled_from(list(Eligibility)),
        before=st.sampled_from(list(SettledBefore)),
        people=st.sampled_from([1, 6, 30]),
        is_discipline=st.booleans(),
        is_in_person=st.booleans(),
        is_classified=st.sampled_from([True, True, True, False]),
        by=st.sampled_from(BODIES),
        start=st.dates(date(2025, 8, 1), date(2027, 3, 1)),
        along=st.integers(0, 10),
    )
    def open_a_case(
        self, kind, author, own, source, eligibility, before, people, is_discipline, is_in_person, is_classified, by, start, along
    ):
        about = axes(
            kind,
            author_role=author,
            competence=own,
            source=source,
            eligibility=eligibility,
            settled_before=before,
            people_count=people,
            is_discipline=is_discipline,
            is_in_person=is_in_person,
            branch=Branch.PUBLIC_DUTY if kind is Kind.DENUNCIATION else None,
        )
        self.about = about
        self.case = Matter(about, on=start, by=by, is_classified=is_classified)
        self.on = start
        self.visits = [self.case.state.holder]
        self.ended = False
        for step in ALONG.get(self.case.state.kind, _MOSTLY)[:along]:
            self._go(**step)

    def _go(self, move, days=0, **asked):
        """Make a move as its row allows, if it is open after so many days."""
        state = self.case.state
        self.on += timedelta(days)
        open_now = {step.move: step for step in settlement.next_steps(MOVES, state, self.on)}
        if move in open_now:
            outcome = (MOVES.outcomes_for(state.kind, state.stage) or ["answered"])[0]
            self._try(move, open_now[move].by.split()[0], **{"outcome": outcome, "representatives": 1, **asked})

    @rule(days=st.integers(0, 40))
    def let_time_pass(self, days):
        self.on += timedelta(days)

    @rule()
    def classify(self):
        was_open = self.case.state.status
        self.case.classify(self.about, on=self.on)
        assert not self.ended or self.case.state.status is was_open
        self._note()

    @rule(whole=st.booleans(), coerced=st.booleans(), dice=st.integers(0, 9))
    def withdraw(self, whole, coerced, dice):
        if dice < 8:
            return
        self.case.hear(withdrawn(on=self.on, is_whole=whole, is_coerced=coerced))
        self._note()

    @rule(data=st.data(), to=st.sampled_from(BODIES), flag=st.booleans(), new_fact=st.booleans(), step=st.sampled_from(list(Step)))
    def make_an_open_move(self, data, to, flag, new_fact, step):
        state = self.case.state
        open_now = settlement.next_steps(MOVES, state, max(self.on, state.last_on))
        if not open_now:
            return
        going_on = [step for step in open_now if step.move not in ENDING] or open_now
        chosen = data.draw(st.sampled_from(going_on if data.draw(st.integers(0, 9)) else open_now))
        words = [row.ground for row in MOVES.grounds_for(chosen.move, state.kind, self.on)] or ["none"]
        word = data.draw(st.sampled_from(words))
        outcomes = MOVES.outcomes_for(state.kind, state.stage) or ["answered"]
        self._try(
            chosen.move,
            data.draw(st.sampled_from(chosen.by.split())),
            to=COURT if "court" in chosen.needs else data.draw(st.sampled_from([state.competent or to, to])),
            is_dismissal=flag,
            ground=word,
            reason=word,
            criteria=data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)),
            measure=word,
            outcome=data.draw(st.sampled_from(outcomes)),
            step=step,
            is_in_person=flag,
            is_contested=flag,
            has_new_fact=new_fact,
            representatives=1,
        )

    @rule(
        move=st.sampled_from(sorted(MOVES.names)),
        agency=st.sampled_from([None, *BODIES]),
        to=st.sampled_from(BODIES),
        word=st.sampled_from(sorted({row.ground for row in MOVES.grounds})),
        outcome=st.sampled_from(sorted({row.outcome for row in MOVES.outcomes})),
        step=st.sampled_from(list(Step)),
        representatives=st.integers(0, 6),
    )
    def try_anything(self, move, agency, to, word, outcome, step, representatives):
        given = {"ground": word, "reason": word, "criteria": [word], "measure": word, "outcome": outcome, "step": step}
        self._try(move, agency, to=to, representatives=representatives, **given)

    def _try(self, move, agency, **asked):
        before = copy_of(self.case.state)
        open_before = {each.move for each in settlement.next_steps(MOVES, before, max(self.on, before.last_on))}
        try:
            self.case.do(move, self.on, agency, obligation="NV-1", is_signed_by_all=True, **asked)
        except Refusal:
            assert self.case.state == before
            return
        assert move in open_before or move == "send_notice"
        self._keep_budget(before)
        self._note()

    def _keep_budget(self, before: State) -> None:
        """A suspension never shortens or lengthens the days of settlement; only its own days are left out."""
        one, other = before.clock(Step.SETTLE), self.case.state.clock(Step.SETTLE)
        if one is None or other is None or one.started_on != other.started_on or one.due_on is None or other.due_on is None:
            return
        if len(other.suspensions) == len(one.suspensions):
            assert other.due_on >= one.due_on

    def _note(self):
        state = self.case.state
        if state.holder != self.visits[-1]:
            self.visits.append(state.holder)
        if not state.status.is_open and state.status.value not in ("settled",):
            self.ended = True
        elif self.ended and isinstance(self.case.facts[-1], CaseReopened):
            self.ended = False
        elif self.ended:
            raise AssertionError("a case that ended was opened again")

    @invariant()
    def exactly_one_body_holds_it(self):
        if hasattr(self, "case"):
            assert bodies.body(self.case.state.holder) is not None

    @invariant()
    def no_step_comes_before_its_cause(self):
        if hasattr(self, "case"):
            state = self.case.state
            days = [state.received_on, state.accepted_on, state.settled_on]
            known = [day for day in days if day is not None]
            assert known == sorted(known)
            assert state.settled_on is None or state.accepted_on is not None
            begun = [clock for clock in state.clocks if clock.step is not Step.REPORT_RESULT]
            assert all(clock.stopped_on is None or clock.started_on <= clock.stopped_on for clock in begun), "a report may come early"

    @invariant()
    def an_ended_case_has_no_duty_but_its_notice(self):
        if hasattr(self, "case") and not self.case.state.status.is_open and self.case.state.status.value != "settled":
            left = {clock.step for clock in self.case.state.clocks if clock.is_running}
            assert left <= {Step.SEND_NOTICE} | lawsuit.STEPS

    @invariant()
    def an_open_case_never_stands_still_without_someone_to_move_it(self):
        if hasattr(self, "case") and self.case.state.status.is_open and self.case.state.status.value != "received":
            open_now = settlement.next_steps(MOVES, self.case.state, max(self.on, self.case.state.last_on))
            assert {step.move for step in open_now} - OF_THE_COMPLAINANT

    @invariant()
    def a_suit_goes_its_way_and_the_settler_keeps_out_of_it(self):
        if not hasattr(self, "case"):
            return
        state, suit = self.case.state, self.case.state.suit
        days = [day for day in (suit.brought_on, suit.docketed_on, suit.judged_on, suit.asked_on) if day is not None]
        assert days == sorted(days)
        assert suit == lawsuit.NO_SUIT or state.kind in ("complaint", "discipline")
        if suit.is_before_court:
            assert state.settled_on is None or suit.docketed_on is None or state.settled_on <= suit.docketed_on
            assert not {step.move for step in settlement.next_steps(MOVES, state, max(self.on, state.last_on))} & {"accept", "settle"}
        for clock in state.clocks:
            assert not clock.is_running or clock.step not in lawsuit.STEPS or bodies.body(clock.holder) is not None

    @invariant()
    def facts_published_first_keep_to_their_closed_list_of_steps(self):
        if hasattr(self, "case"):
            assert {step for fact in self.case.facts if (step := getattr(fact, "step", None)) is not None} <= FIRST_STEPS

    @invariant()
    def the_state_is_what_its_facts_say(self):
        """Folding the facts again gives the same status, holder and clocks; so does keeping and reading the state."""
        if not hasattr(self, "case"):
            return
        again = history.opened(self.case.facts[0], MOVES)
        for fact in self.case.facts[1:]:
            again.competent, again.is_certain = self.case.state.competent, self.case.state.is_certain
            history.apply(again, fact, MOVES)
        assert (again.status, again.holder, again.stage) == (self.case.state.status, self.case.state.holder, self.case.state.stage)

    @invariant()
    def every_running_clock_can_be_counted_anew(self):
        if hasattr(self, "case"):
            for clock in self.case.state.clocks:
                if clock.is_running:
                    due_on = clock.due_on
                    clocks.recount(clock, self.case.state.facts())
                    assert clock.due_on == due_on


TestSettlement = Settlement.TestCase
TestSettlement.settings = settings(max_examples=100, stateful_step_count=40, deadline=None, derandomize=True)
