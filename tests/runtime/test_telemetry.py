"""What is traced is decided once, by the lowest bit of the flags."""

import pytest

from runtime import telemetry


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True)])
def test_the_sampled_bit_decides_whatever_other_flags_are_set(flags: str, sampled: bool) -> None:
    header = f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}"
    assert telemetry.is_sampled(header) is sampled
    assert telemetry.context_of(header) is not None


def test_a_header_that_is_none_begins_a_trace() -> None:
    for header in ("", "x", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0-0-0"):
        assert telemetry.context_of(header) is None
