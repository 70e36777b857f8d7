"""The plumbing all services share: Kafka, database, outbox, inbox, HTTP, identity of callers, traces, assembly."""
