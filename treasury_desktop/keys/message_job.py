"""The job to sign a message, as the window's process hands it to the other two."""

from dataclasses import dataclass
from typing import ClassVar

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.desk.doors import NOTHING_KNOWN, WorkspaceFacts
from treasury_desktop.errors import Malformed
from treasury_desktop.keys.encrypted_key import EncryptedKey, parse_encrypted_key
from treasury_desktop.keys.job_fields import (
    Fields,
    base64_text,
    bytes_of,
    hash_of,
    hex_text,
    text_of,
    texts_of,
)
from treasury_desktop.keys.workspace_json import read_workspace_table, workspace_table


@dataclass(frozen=True, slots=True, kw_only=True)
class SignMessage:
    """Sign a message of a Safe; there is no job that signs a hash.

    `setting` is a bundle with the Safe and the desk's evidence; `earlier` are messages that owners
    signed before; `acknowledged` are the codes of the dangers that the person read and named.
    """

    name: ClassVar[str] = "sign_message"
    members: ClassVar[str] = "key message setting earlier reviewed_hash acknowledged workspace"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = frozenset({"signature", "safe_message_hash"})
    key: EncryptedKey
    message: bytes
    setting: bytes
    reviewed_hash: bytes
    earlier: tuple[bytes, ...] = ()
    acknowledged: frozenset[str] = frozenset()
    workspace: WorkspaceFacts = NOTHING_KNOWN

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        return {
            "key": self.key.text,
            "message": base64_text(self.message),
            "setting": base64_text(self.setting),
            "earlier": [base64_text(one) for one in self.earlier],
            "reviewed_hash": hex_text(self.reviewed_hash),
            "acknowledged": sorted(self.acknowledged),
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignMessage":
        """The job that JSON members describe."""
        earlier = fields["earlier"]
        if not isinstance(earlier, list):
            raise Malformed("job.earlier", "is a list of messages")
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            message=bytes_of(fields, "message"),
            setting=bytes_of(fields, "setting"),
            earlier=tuple(bytes_of({"earlier": one}, "earlier") for one in earlier),
            reviewed_hash=hash_of(fields, "reviewed_hash"),
            acknowledged=texts_of(fields, "acknowledged"),
            workspace=read_workspace_table(fields["workspace"]),
        )
