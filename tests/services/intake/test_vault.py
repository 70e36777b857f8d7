import os
from base64 import b64encode
from pathlib import Path

import pytest

from contracts.petitions import Person
from services.intake.vault import DataKey, Keyring, Letter, VaultError, Wrapped, derived_index, load_keyring

LETTER = Letter(text="Tôi tố cáo việc thu tiền sai.", petitioners=[Person(full_name="Trần Quốc Hùng", phone="0912345678")])


@pytest.fixture
def ring() -> Keyring:
    return Keyring([os.urandom(32)])


def test_a_letter_comes_back_as_it_was_sealed(ring: Keyring) -> None:
    key, wrapped = ring.new_key("case-1")
    sealed = key.seal_letter(LETTER)
    assert ring.unwrap("case-1", wrapped).open_letter(sealed) == LETTER


def test_what_is_stored_shows_nothing(ring: Keyring) -> None:
    key, wrapped = ring.new_key("case-1")
    stored = key.seal_letter(LETTER) + wrapped.key
    assert b"Tr\xe1\xba\xa7n" not in stored
    assert b"0912345678" not in stored


def test_a_letter_copied_to_another_petition_does_not_open(ring: Keyring) -> None:
    key, wrapped = ring.new_key("case-1")
    sealed = key.seal_letter(LETTER)
    with pytest.raises(VaultError):
        ring.unwrap("case-2", wrapped)
    other, _ = ring.new_key("case-2")
    with pytest.raises(VaultError):
        other.open_letter(sealed)


def test_a_secret_sealed_for_one_purpose_does_not_open_for_another(ring: Keyring) -> None:
    key, _ = ring.new_key("case-1")
    with pytest.raises(VaultError):
        key.open("letter", key.seal("secret", b"ABCDEFGH"))


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_one_changed_bit_is_noticed(ring: Keyring, place: int) -> None:
    key, _ = ring.new_key("case-1")
    sealed = bytearray(key.seal_letter(LETTER))
    sealed[place] ^= 1
    with pytest.raises(VaultError):
        key.open_letter(bytes(sealed))


@pytest.mark.parametrize("stump", [b"", b"short", b"x" * 12])
def test_a_stump_does_not_open(ring: Keyring, stump: bytes) -> None:
    key, _ = ring.new_key("case-1")
    with pytest.raises(VaultError):
        key.open_letter(stump)


def test_a_new_master_key_rewraps_without_touching_letters() -> None:
    old, new = os.urandom(32), os.urandom(32)
    before = Keyring([old])
    key, wrapped = before.new_key("case-1")
    sealed = key.seal_letter(LETTER)
    both = Keyring([new, old])
    moved = both.rewrap("case-1", wrapped)
    assert moved.key_id == both.current != wrapped.key_id
    assert Keyring([new]).unwrap("case-1", moved).open_letter(sealed) == LETTER


def test_a_retired_master_key_opens_nothing(ring: Keyring) -> None:
    _, wrapped = ring.new_key("case-1")
    with pytest.raises(VaultError):
        Keyring([os.urandom(32)]).unwrap("case-1", wrapped)
    with pytest.raises(VaultError):
        Keyring([os.urandom(32)]).unwrap("case-1", Wrapped(ring.current, b""))


def test_equal_values_are_told_within_one_petition_only(ring: Keyring) -> None:
    one, _ = ring.new_key("case-1")
    other, _ = ring.new_key("case-1")
    assert one.mac("receipt", b"A") == one.mac("receipt", b"A")
    assert one.mac("receipt", b"A") != one.mac("body", b"A")
    assert one.mac("receipt", b"A") != other.mac("receipt", b"A")


def test_the_index_outlives_a_change_of_master_keys() -> None:
    old, new = os.urandom(32), os.urandom(32)
    name = Keyring([old]).index("http|ABC")
    assert Keyring([new, old]).index("http|ABC") == name
    assert Keyring([new], derived_index(old)).index("http|ABC") == name


def test_the_ring_is_read_from_the_environment_before_the_file(tmp_path: Path) -> None:
    in_file, in_environment = os.urandom(32), os.urandom(32)
    (tmp_path / "vault.key").write_text(b64encode(in_file).decode() + "\n")
    assert load_keyring(tmp_path, {}).current == Keyring([in_file]).current
    told = load_keyring(tmp_path, {"DANNGUYEN_VAULT_KEY": b64encode(in_environment).decode()})
    assert told.current == Keyring([in_environment]).current


def test_the_index_key_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    old, new = os.urandom(32), os.urandom(32)
    (tmp_path / "vault.key").write_text(b64encode(new).decode())
    (tmp_path / "vault.index.key").write_text(b64encode(derived_index(old)).decode())
    assert load_keyring(tmp_path, {}).index("x") == Keyring([old]).index("x")


@pytest.mark.parametrize("text", ["", "not base64!", b64encode(b"short").decode()])
def test_a_missing_or_broken_key_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "vault.key").write_text(text)
    with pytest.raises(VaultError, match="key"):
        load_keyring(tmp_path, {})


def test_nothing_of_a_letter_shows_in_its_repr(ring: Keyring) -> None:
    key, _ = ring.new_key("case-1")
    assert "Hùng" not in repr(LETTER)
    assert "Hùng" not in f"{key!r}"
    assert isinstance(key, DataKey)
