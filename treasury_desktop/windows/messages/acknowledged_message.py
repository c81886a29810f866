"""The message under review and the dangers that were named."""

from typing import ClassVar

from treasury_desktop.review.messages.message_review import MessageReview
from treasury_desktop.viewmodels.messages import MessageView
from treasury_desktop.windows.review.named_dangers import NamedDangers


class AcknowledgedMessage(NamedDangers[MessageReview, MessageView]):
    """Void as soon as another message, or another finding of this one, is shown."""

    NOTHING: ClassVar = "No message is under review."
