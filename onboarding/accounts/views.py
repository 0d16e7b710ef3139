"""Logging in and out, and what one says about oneself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.accounts import demo, emails, services
from onboarding.accounts.forms import ContactInfo, shown_phone
from onboarding.accounts.models import User
from onboarding.accounts.ways import ways
from onboarding.core import mail

View = Callable[[HttpRequest], HttpResponse]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
@require_safe
def login(request: HttpRequest) -> HttpResponse:
    """Offer the ways to log in; whoever is logged in goes on."""
    target = local_path(request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target or settings.LOGIN_REDIRECT_URL)
    return _login_page(request, target)


def in_demo_only(view: View) -> View:
    """Let the address of a view exist in a demo only."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request)

    return guarded


@login_not_required
@in_demo_only
@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """Log in as one of the people of the demo."""
    user = services.admit_demo_person(username=request.POST.get("username", ""), at=timezone.now())
    if user is None:
        raise Http404
    return enter(request, user, target=local_path(request.POST.get("next", "")))


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """End the session, here and on the server."""
    auth.logout(request)
    return redirect("accounts:login")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and keep contact information; a new e-mail address gets a letter first."""
    user = cast(User, request.user)
    if request.method != "POST":
        initial = {"email": user.email, "phone": shown_phone(user.phone)}
        return _profile_page(request, ContactInfo(initial=initial))
    form = ContactInfo(request.POST)
    if not form.is_valid():
        return _profile_page(request, form, status=422)
    services.change_phone(user_id=user.pk, phone=form.cleaned_data["phone"], at=timezone.now())
    if form.cleaned_data["email"] != user.email:
        return _ask_for_proof(request, user, form)
    messages.success(request, _("Kontaktopplysningene er lagret."))
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest, token: str) -> HttpResponse:
    """Take over a new address when its owner says so: opening the link alone changes nothing."""
    try:
        change = emails.read(token)
    except emails.StaleLink:
        return render(request, "accounts/email_stale.html", status=410)
    if request.method != "POST":
        return render(request, "accounts/email.html", {"new": change.new})
    by_id = cast(User, request.user).pk
    services.change_email(change=change, by_id=by_id, at=timezone.now())
    messages.success(request, _("E-postadressen er endret."))
    return redirect("accounts:profile")


def enter(request: HttpRequest, user: User, *, target: str = "") -> HttpResponse:
    """Begin the session of a person whom a way to log in has recognized, and go on.

    The session gets a new id, so that one planted before the login is worth nothing after it.
    `target` is a local path; "" is the front door, which knows where the person belongs.
    """
    before = request.session.session_key
    auth.login(request, user, backend=BACKEND)
    if request.session.session_key == before:  # the same person once more
        request.session.cycle_key()
    request.session["began"] = timezone.now().timestamp()
    return redirect(local_path(target) or settings.LOGIN_REDIRECT_URL)


def local_path(target: str) -> str:
    """Return `target` if it stays on this site, else ""."""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""


def _login_page(request: HttpRequest, target: str) -> HttpResponse:
    context = {
        "people": demo.people() if settings.DEMO else [],
        "ways": ways(target),
        "next": target,
    }
    return render(request, "accounts/login.html", context)


def _profile_page(
    request: HttpRequest, form: ContactInfo, *, status: int = 200, link: str = ""
) -> HttpResponse:
    return render(request, "accounts/profile.html", {"form": form, "link": link}, status=status)


def _ask_for_proof(request: HttpRequest, user: User, form: ContactInfo) -> HttpResponse:
    new = form.cleaned_data["email"]
    token = emails.write(emails.Change(user.pk, user.email, new))
    link = settings.BASE_URL + reverse("accounts:email", args=[token])
    text = render_to_string("accounts/email_letter.txt", {"name": user.name, "link": link})
    if mail.send(to=new, subject=_("Bekreft e-postadressen din"), text=text):
        messages.info(
            request,
            _("Vi har sendt en lenke til %(email)s. Adressen gjelder når du har åpnet den.")
            % {"email": new},
        )
    else:
        messages.error(
            request, _("Vi fikk ikke sendt e-post nå. Adressen er ikke endret. Prøv igjen.")
        )
    if user.is_demo:  # made-up people have no mailbox
        return _profile_page(request, form, link=link)
    return redirect("accounts:profile")
