"""What waits in the outbox, and did it go out?

A worker leases due messages, sends them outside any transaction, and marks each as soon as it
went. Killed in between, the lease runs out and the message goes again under the same key: at
least once, and copies can be told. Each channel has a lane of its own, so a dead one delays
only itself.
"""

import logging
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, Queue

from django.db import transaction

from alerts import clients
from alerts.clients import Failure, Letter, Target
from alerts.models import Channel, Delivery
from alerts.rules import RETRY_FIRST, one_line, retry_at
from alerts.services.letters import compose
from alerts.services.personal import Sorted, sort_out

logger = logging.getLogger(__name__)

AT_ONCE = 200
PER_CHANNEL = 20
LANES = 32
LANE_S = 5.0  # no message is begun later than this
LIMIT_S = 15.0  # what has not answered by then has failed; above LANE_S and one send
LEASE = timedelta(seconds=60)
OFF = Failure("The channel was switched off.")
SILENCE = Failure("The channel did not answer in time.", is_silent=True)

Work = tuple[Delivery, Target, Letter]
Outcome = tuple[Delivery, Failure | None]
MARKED = ["state", "attempts", "next_attempt_at", "leased_until", "lease_token", "last_error", "sent_at"]
MARKED += ["held_until"]


def deliver_due(*, now: datetime) -> int:
    """Send what is due and return how many messages went out. Safe in many workers at once."""
    token, leased = _claim(now)
    is_off = [(delivery, OFF) for delivery in leased if not delivery.channel.is_enabled]
    _mark(is_off, token, now=now)
    ready = [delivery for delivery in leased if delivery.channel.is_enabled]
    to_persons = sort_out([delivery for delivery in ready if delivery.channel.owner_id], now=now)
    _set_aside(ready, to_persons, token)
    lanes = defaultdict(list)
    for delivery in ready:
        letter = to_persons.letters.get(delivery.pk)
        if letter or not delivery.channel.owner_id:
            lanes[delivery.channel_id].append(
                (delivery, _target(delivery.channel), letter or compose(delivery))
            )
    return _send(list(lanes.values()), token, now=now) if lanes else 0


@transaction.atomic
def _claim(now: datetime) -> tuple[str, list[Delivery]]:
    token = uuid.uuid4().hex
    turn = Delivery.objects.in_turn(now, per_channel=PER_CHANNEL).values_list("pk", flat=True)[:AT_ONCE]
    # A row that another worker holds is skipped, and one it has just leased no longer matches:
    # the condition is asked again of the locked row.
    free = Delivery.objects.unclaimed(now).filter(pk__in=list(turn))
    mine = list(free.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=mine).update(lease_token=token, leased_until=now + LEASE)
    leased = Delivery.objects.filter(pk__in=mine).order_by("next_attempt_at", "pk")
    channel = ("channel__course", "channel__owner", "channel__subscription__channel__owner")
    return token, list(leased.select_related(*channel, "alert__rule", "alert__project__team"))


def _set_aside(rows: Sequence[Delivery], to_persons: Sorted, token: str) -> None:
    """Let messages wait for the end of somebody's quiet hours, and drop those that are no longer wanted."""
    for row in rows:
        if row.pk in to_persons.held:
            row.next_attempt_at = to_persons.held[row.pk]
            row.held_until = row.held_until if row.attempts else row.next_attempt_at
        elif row.pk in to_persons.dropped:
            row.state, row.last_error = Delivery.State.DROPPED, to_persons.dropped[row.pk]
    _release([row for row in rows if row.pk in {*to_persons.held, *to_persons.dropped}], token)


def _target(channel: Channel) -> Target:
    if channel.owner:
        return Target(addresses=[channel.owner.email])
    if channel.kind == Channel.Kind.EMAIL:
        return Target(addresses=channel.target.split())
    return Target(url=channel.target)


def _send(lanes: Sequence[Sequence[Work]], token: str, *, now: datetime) -> int:
    """Run every lane at once and mark what comes back, as it comes."""
    started = time.monotonic()
    results: Queue[Outcome | None] = Queue()  # None: a lane has ended
    pool = ThreadPoolExecutor(min(len(lanes), LANES), thread_name_prefix="deliver")
    futures = [pool.submit(_run_lane, lane, results, started + LANE_S) for lane in lanes]
    waiting = [[work[0] for work in lane] for lane in lanes]
    running, sent = len(lanes), 0
    while running:
        arrived = _arrived(results, started + LIMIT_S - time.monotonic())
        if not arrived:
            break  # out of patience: whoever still talks has failed
        outcomes = [outcome for outcome in arrived if outcome]
        running -= len(arrived) - len(outcomes)
        sent += _mark(outcomes, token, now=now)
        done = {delivery.pk for delivery, _ in outcomes}
        waiting = [[row for row in lane if row.pk not in done] for lane in waiting]
    pool.shutdown(wait=False, cancel_futures=True)
    # The first of a lane that still talks has failed; the others had no turn.
    cuts = [int(bool(running) and future.running()) for future in futures]
    pairs = list(zip(waiting, cuts, strict=True))
    _mark([(row, SILENCE) for lane, cut in pairs for row in lane[:cut]], token, now=now)
    _put_back([row for lane, cut in pairs for row in lane[cut:]], token, now=now)
    return sent


def _run_lane(lane: Sequence[Work], results: "Queue[Outcome | None]", until: float) -> None:
    """Send one channel's messages in their order, until it falls silent or time is up."""
    try:
        for delivery, target, letter in lane:
            if time.monotonic() >= until:
                return
            failure = _send_one(delivery, target, letter)
            results.put((delivery, failure))
            if failure and failure.is_silent:
                return
    finally:
        results.put(None)


def _send_one(delivery: Delivery, target: Target, letter: Letter) -> Failure | None:
    try:
        return clients.send(target, letter)
    except Exception as error:
        # One broken channel must not stop the others. No traceback: what it quotes may hold
        # the channel's secret.
        logger.error("Delivery %s was not sent: %s", delivery.pk, type(error).__name__)
        return Failure(f"The site could not send this ({type(error).__name__}).")


def _arrived(results: "Queue[Outcome | None]", patience_s: float) -> list[Outcome | None]:
    """Return all that has come back, waiting for the first; nothing when patience ran out."""
    try:
        found = [results.get(timeout=max(patience_s, 0.001))]
    except Empty:
        return []
    while not results.empty():  # this thread alone takes from it
        found.append(results.get_nowait())
    return found


def _mark(outcomes: Sequence[Outcome], token: str, *, now: datetime) -> int:
    """Store what became of messages still leased under `token`; return how many were taken."""
    for delivery, failure in outcomes:
        delivery.attempts += 1
        delivery.last_error = one_line(failure.words, 300) if failure else ""
        again = retry_at(
            delivery.attempts,
            created_at=delivery.held_until or delivery.created_at,
            now=now,
            jitter=random.random(),
        )
        if failure is None:
            delivery.state, delivery.sent_at = Delivery.State.SENT, now
        elif again is None or not delivery.channel.is_enabled:
            delivery.state = Delivery.State.DEAD
        else:
            delivery.next_attempt_at = again
    _release([delivery for delivery, _ in outcomes], token)
    return sum(failure is None for _, failure in outcomes)


def _put_back(rows: Sequence[Delivery], token: str, *, now: datetime) -> None:
    """Let messages wait whose turn did not come, because their channel fell silent or slow."""
    for row in rows:
        row.next_attempt_at = now + RETRY_FIRST
    _release(rows, token)


def _release(rows: Sequence[Delivery], token: str) -> None:
    for row in rows:
        row.leased_until, row.lease_token = None, ""
    Delivery.objects.filter(lease_token=token).bulk_update(rows, MARKED)
