"""Key pairs and letters for tests of intake."""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, OKPKey

AGENCY = "UBND-05518"
OTHER = "UBND-80"
CANARY_NAME = "Trần Quốc Hùng"
CANARY_PHONE = "0912345678"
CANARY_TEXT = "Tôi là Trần Quốc Hùng, điện thoại 0912 345 678, xin khiếu nại quyết định thu hồi đất."


def signing_key(kid: str = AGENCY) -> Any:
    return OKPKey.generate_key("Ed25519", {"use": "sig", "kid": kid})


def encryption_key(kid: str = AGENCY) -> Any:
    return OKPKey.generate_key("X25519", {"use": "enc", "kid": kid})


def one_key_for_both(kid: str = AGENCY) -> Any:
    return ECKey.generate_key("P-256", {"kid": kid})


def private(key: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=True))


def register(folder: Path, agency: str, *keys: Any) -> None:
    """Write the agency's public keys as its operator would."""
    folder.mkdir(parents=True, exist_ok=True)
    public = [key.as_dict(private=False) for key in keys]
    (folder / f"{agency}.pub.json").write_text(json.dumps(public[0] if len(public) == 1 else {"keys": public}))


def petition(received_by: str = AGENCY, **changes: Any) -> dict[str, Any]:
    """A complaint as an agency's system would state it."""
    return {
        "received_by": received_by,
        "axes": {"kind": "complaint", "field": "land_housing", "source": "counter", "author_role": "commune_chair"},
        "text": CANARY_TEXT,
        "petitioners": [{"full_name": CANARY_NAME, "address": "Tổ 7, thôn Đăk Rơ Wa", "phone": CANARY_PHONE}],
        **changes,
    }
