"""People. What they may do for an organisation stands in `suppliers`."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, *, name: str, **fields: object) -> User:
        user = User(username=username, name=name, **fields)
        user.set_unusable_password()
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who logs in through an identity provider; the portal keeps no passwords.

    `issuer` and `subject` are the identity (OpenID Connect Core §5.7); an e-mail address is not.
    """

    username = models.CharField(max_length=150, unique=True)
    issuer = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    # The language last chosen in the portal, for letters; "" is bokmål.
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    is_reviewer = models.BooleanField(default=False)
    is_operator = models.BooleanField(default=False)
    # Made by the demo data; the only people the demo login lets in.
    is_demo = models.BooleanField(default=False)

    USERNAME_FIELD = "username"

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=~Q(subject=""),
                name="one_user_for_each_identity",
            )
        ]

    def __str__(self) -> str:
        return self.name
