"""The expected ways of saying no. Anything else that is raised is a bug and should be loud."""


class Refused(Exception):
    """An act that may not go ahead; its text is fit to show to the person who tried."""


class NotPermitted(Refused):
    """This person may never do this here (403)."""


class NotPossibleNow(Refused):
    """This could be done, but not in the state things are in (409)."""


class Invalid(Refused):
    """What was given does not hold (422). `field` names the field to put the text at."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field
