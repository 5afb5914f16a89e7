"""How the texts of a request are read."""

from __future__ import annotations

import ipaddress

from hypothesis import example, given
from hypothesis import strategies as st

from unassume.iam.constants import parse_address

OCTETS = st.integers(0, 300).map(str) | st.sampled_from(["00", "01", "", " 1", "1\n", "+1", "\u0661", "1_0"])
ADDRESSES = (
    st.lists(OCTETS, min_size=3, max_size=5).map(".".join)
    | st.ip_addresses().map(str)
    | st.ip_addresses(v=6).map(lambda address: address.exploded)
    | st.text(alphabet="0123456789abcdef:.", max_size=20)
)


@given(text=ADDRESSES)
@example(text="::ffff:10.1.2.3")
@example(text="1.2.3.4.")
def test_an_address_is_read_as_the_standard_library_reads_it(text: str) -> None:
    """The short way for four decimal numbers takes and refuses what the long way does, with the same number."""
    try:
        expected = ipaddress.ip_address(text)
    except ValueError:
        assert _read(text) is None
    else:
        assert _read(text) == (expected.version, int(expected))


def _read(text: str) -> tuple[int, int] | None:
    try:
        return parse_address(text)
    except ValueError:
        return None
