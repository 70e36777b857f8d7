"""Traces: one act is one tree in one trace, across HTTP, outbox and Kafka (W3C Trace Context).

The decision to sample is made once, where the act enters, and carried in ``traceparent``; an unsampled record costs no span.
Errors, refusals, parked records and missed steps of an unsampled act start a small trace of their own that names it.
Spans carry ``petition.id`` and ``case.id``, never a receipt code or anything about a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from runtime.settings import Settings

_KEEP: Final = "dannguyen.keep"
_LENGTH: Final = 55
_ODD: Final = frozenset("13579bdf")
"""Last hexadecimal digits of trace flags whose lowest bit, "sampled", is set (W3C Trace Context, section 3.2.2.5)."""
_tracer: trace.Tracer = trace.NoOpTracer()
_provider: TracerProvider | None = None


class _KeptOrRatio(Sampler):
    """A root span that says it must be kept is kept; others by ratio of their trace id."""

    def __init__(self, ratio: float) -> None:
        self._ratio = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Mapping[str, Any] | None = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        if attributes and attributes.get(_KEEP):
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes, trace_state)
        return self._ratio.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)

    def get_description(self) -> str:
        return f"kept or {self._ratio.get_description()}"


def start(settings: Settings) -> None:
    """Export by OTLP when ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set, else to Zipkin when ``ZIPKIN_ENDPOINT`` is, else nowhere."""
    global _tracer, _provider
    exporter = _exporter(settings)
    if exporter is None:
        return
    resource = Resource.create({"service.name": settings.service, "service.namespace": "dannguyen"})
    _provider = TracerProvider(sampler=ParentBased(_KeptOrRatio(settings.sample_ratio)), resource=resource, shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=16384, schedule_delay_millis=1000))
    _tracer = _provider.get_tracer("dannguyen")


def _exporter(settings: Settings) -> SpanExporter | None:
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    if settings.zipkin_endpoint:
        from opentelemetry.exporter.zipkin.json import ZipkinExporter

        return ZipkinExporter(endpoint=settings.zipkin_endpoint)
    return None


def stop() -> None:
    """Send what is left and end."""
    global _provider
    if _provider is not None:
        _provider.force_flush(2000)
        _provider.shutdown()
        _provider = None


def is_sampled(traceparent: str) -> bool:
    """Whether the act that this header names is traced."""
    return len(traceparent) == _LENGTH and traceparent[-1] in _ODD


def context_of(traceparent: str) -> Context | None:
    """The parent that a ``traceparent`` names, or None when there is none."""
    try:
        version, trace_id, span_id, flags = traceparent.split("-")
        parent = SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    except ValueError:
        return None
    if version != "00" or not parent.is_valid:
        return None
    return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def traceparent_of(span: trace.Span) -> str:
    """The header by which others continue this span; empty when nothing is traced."""
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def begin(name: str, parent: str = "", *, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> trace.Span:
    """Start a span under ``parent`` (or a new trace); the caller ends it."""
    return _tracer.start_span(name, context_of(parent) or Context(), kind=kind, attributes=_named(attributes))


@contextmanager
def span(name: str, parent: str = "", *, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> Iterator[trace.Span]:
    """A span for the time of a block; an exception marks it as failed by its type alone."""
    opened = begin(name, parent, kind=kind, **attributes)
    try:
        yield opened
    except BaseException as failure:
        opened.set_status(Status(StatusCode.ERROR, type(failure).__name__))
        raise
    finally:
        opened.end()


def note(name: str, about: str = "", **attributes: Any) -> None:
    """Record something that must be seen even when its act is not sampled."""
    parent = about if is_sampled(about) else ""
    extra: dict[str, Any] = {"dannguyen.keep": True} if not parent else {}
    if about and not parent:
        extra["dannguyen.unsampled_trace"] = about[3:35]
    opened = _tracer.start_span(name, context_of(parent) or Context(), attributes={**_named(attributes), **extra})
    opened.set_status(Status(StatusCode.ERROR))
    opened.end()


def fail(opened: trace.Span, reason: str) -> None:
    """Mark a span as failed with a code, never with data."""
    opened.set_status(Status(StatusCode.ERROR, reason))


def _named(attributes: dict[str, Any]) -> dict[str, Any]:
    """Keyword ``case_id`` becomes the attribute ``case.id``."""
    return {name.replace("_", "."): value for name, value in attributes.items() if value is not None}


__all__ = ["Span", "SpanKind", "begin", "context_of", "fail", "is_sampled", "note", "span", "start", "stop", "traceparent_of"]
