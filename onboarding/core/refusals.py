"""The expected ways of saying no. Anything else that is raised is a bug and should be loud."""


class Refused(Exception):
    """An act that may not go ahead; its text is fit to show to the person who tried.

    `status` is what it is called over HTTP.
    """

    status = 400


class NotPermitted(Refused):
    """This person may never do this here."""

    status = 403


class NotPossibleNow(Refused):
    """This could be done, but not in the state things are in."""

    status = 409


class Invalid(Refused):
    """What was given does not hold. `field` names the field to put the text at."""

    status = 422

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field
