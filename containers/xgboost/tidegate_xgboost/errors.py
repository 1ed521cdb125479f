"""Errors by cause: the user, the request or this program."""


class UserError(Exception):
    """Data or hyperparameters that the user must correct. The text is shown unchanged."""


class RequestError(Exception):
    """A request the endpoint refuses.

    :param status: the HTTP status to answer with.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
