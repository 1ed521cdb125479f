"""What can go wrong, told apart by whose fault it is."""


class UserError(Exception):
    """Data or hyperparameters the user has to correct. The text is shown to them as it is."""


class RequestError(Exception):
    """A request the endpoint refuses.

    :param status: the HTTP status to answer with.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
