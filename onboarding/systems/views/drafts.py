"""A draft, one step on a page. Every step saves; a last page checks the whole and publishes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding.core.forms import attempt, sent, status
from onboarding.suppliers.requests import TenantRequest
from onboarding.systems import content, forms, queries, rules, services, wizard
from onboarding.systems.models import ClientSystem, Revision
from onboarding.systems.states import Step

step_page = require_http_methods(["GET", "HEAD", "POST"])
Save = Callable[..., Revision]


@require_safe
def resume(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Lead to the step where whoever left the draft goes on."""
    draft = _draft(request, pk)
    return _to_step(request, pk, wizard.resume_at(queries.content(draft)))


@step_page
def basics(request: TenantRequest, pk: UUID) -> HttpResponse:
    draft = _draft(request, pk)
    form = forms.Basics.filled(queries.content(draft), sent(request))
    return _answer(request, draft, form, services.save_basics)


@step_page
def authentication(request: TenantRequest, pk: UUID) -> HttpResponse:
    draft = _draft(request, pk)
    form = forms.Authentication.filled(queries.content(draft), sent(request))
    return _answer(request, draft, form, services.save_authentication)


@step_page
def chosen_services(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Choose scopes. A search saves what is chosen so far, then shows what it found."""
    draft = _draft(request, pk)
    chosen = queries.selections(draft)
    text = request.GET.get("q", "")[:100]
    apis = queries.offered_apis(request.environment, text=text, chosen=chosen)
    form = forms.Services.filled(
        queries.content(draft), sent(request), apis=apis, selections=chosen
    )
    return _answer(request, draft, form, services.save_services, text=text)


@step_page
def check(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Show all answers together, with what is wrong between them, and publish."""
    draft = _draft(request, pk)
    answers = queries.content(draft)
    form = forms.Publish.filled(answers, sent(request))
    done = attempt(
        form,
        lambda **data: services.publish(system_id=pk, by=request.actor, at=timezone.now(), **data),
    )
    if done:
        names = {"name": done.name, "number": done.number}
        messages.success(request, _("%(name)s, versjon %(number)d, er publisert.") % names)
        return redirect("system", request.environment, request.organization.number, pk)
    if status(form) == 409:
        form.acknowledge(answers)
    published = queries.current(draft.system)
    context = _step_context(draft, answers, Step.CHECK) | {
        "form": form,
        "parts": _parts(answers),
        "problems": [(item, wizard.view(item.step)) for item in content.problems(answers)],
        "changes": content.changes(queries.content(published), answers) if published else [],
    }
    return render(request, "systems/check.html", context, status=status(form))


@require_POST
def new_version(request: TenantRequest, pk: UUID) -> HttpResponse:
    _system(request, pk)
    services.new_version(system_id=pk, by=request.actor, at=timezone.now())
    return _to_step(request, pk, Step.CHECK)


@step_page
def discard(request: TenantRequest, pk: UUID) -> HttpResponse:
    """Ask once, then throw the draft away."""
    draft = _draft(request, pk)
    if request.method != "POST":
        return render(request, "systems/discard.html", {"draft": draft, "system": draft.system})
    remains = services.discard_draft(system_id=pk, by=request.actor, at=timezone.now())
    messages.success(request, _("Kladden av %(name)s er forkastet.") % {"name": draft.name})
    where = (request.environment, request.organization.number)
    return redirect("system", *where, pk) if remains else redirect("systems:list", *where)


def _answer(
    request: TenantRequest, draft: Revision, form: forms.Fresh, save: Save, text: str = ""
) -> HttpResponse:
    """Save a step and go on, or show it with what is wrong or newer."""
    pk = draft.system_id
    saved = attempt(
        form, lambda **data: save(system_id=pk, by=request.actor, at=timezone.now(), **data)
    )
    if saved:
        return _onwards(request, pk, form.step)
    answers = queries.content(draft)
    context = _step_context(draft, answers, form.step) | {"form": form, "text": text}
    if status(form) == 409:
        context |= _conflict(draft, form)
    return render(request, f"systems/{form.step}.html", context, status=status(form))


def _conflict(draft: Revision, form: forms.Fresh) -> dict[str, object]:
    """What to show where somebody else saved first: who, when, and the difference to what was sent.

    Saving once more, having seen it, goes through.
    """
    fresh = rules.check_draft(queries.draft(draft.system))
    theirs = queries.content(fresh)
    form.acknowledge(theirs)
    return {
        "conflict_shown": True,
        "conflict": queries.last_saved(fresh),
        "changes": content.changes(theirs, form.proposed(theirs)),
    }


def _parts(answers: content.Content) -> list[tuple[Step, str, list[content.Fact]]]:
    """Return each step that asks something, with its page and its answers."""
    facts = content.facts(answers)
    asking = [step for step in Step if step != Step.CHECK]
    return [
        (step, wizard.view(step), [fact for fact in facts if fact.step == step]) for step in asking
    ]


def _step_context(draft: Revision, answers: content.Content, step: Step) -> dict[str, object]:
    return {
        "system": draft.system,
        "draft": draft,
        "step": step,
        "rows": wizard.progress(answers, step),
        "step_number": wizard.number(step),
        "steps": len(Step),
    }


def _system(request: TenantRequest, pk: UUID) -> ClientSystem:
    """The organization's system, 404 for outsiders and 403 for who may not change it."""
    systems = ClientSystem.objects.visible_to(request.actor)
    mine = systems.of(request.environment, request.organization.pk)
    system = get_object_or_404(mine, pk=pk)
    rules.check_change(request.actor, system.organization_id, system.environment)
    return system


def _draft(request: TenantRequest, pk: UUID) -> Revision:
    return rules.check_draft(queries.draft(_system(request, pk)))


def _onwards(request: TenantRequest, pk: UUID, step: Step) -> HttpResponse:
    """Lead on: back to the search, back to the last page for who came from there, or one step."""
    if "find" in request.POST:
        query = {"q": request.POST.get("q", "")[:100]} | _came_from(request)
        return HttpResponseRedirect(f"{request.path}?{urlencode(query)}")
    if _came_from(request):
        return _to_step(request, pk, Step.CHECK)
    return _to_step(request, pk, wizard.after(step))


def _came_from(request: TenantRequest) -> dict[str, str]:
    return {"to": "check"} if request.GET.get("to") == "check" else {}


def _to_step(request: TenantRequest, pk: UUID, step: Step) -> HttpResponse:
    return redirect(wizard.view(step), request.environment, request.organization.number, pk)
