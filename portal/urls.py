"""The site's addresses: pages of an organisation, pages of nobody's, and machines' endpoints."""

from django.urls import URLPattern, URLResolver, include, path

from onboarding.diagnosis import views as diagnosis
from onboarding.selfservice import urls as selfservice
from onboarding.selfservice.views import fleet, lists
from onboarding.sts import views as sts
from onboarding.testtokens.views import service as ttt
from portal import converters, health, views
from portal.pages.acting import acting
from portal.pages.api import api
from portal.pages.client import client
from portal.pages.exceptions import exceptions
from portal.pages.home import home
from portal.pages.package import package
from portal.pages.system import system
from portal.pages.traffic import traffic

converters.register()

TENANT: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("onboarding.suppliers.tenant_urls")),
    path("rights/", include("onboarding.suppliers.rights_urls")),
    path("apis/", include("onboarding.apis.urls")),
    path("apis/<uuid:pk>/", api, name="api"),
    path("webhooks/", include("onboarding.webhooks.urls")),
    path("systems/", include("onboarding.systems.urls")),
    path("systems/<uuid:pk>/", system, name="system"),
    path("systems/<uuid:pk>/drafts/", fleet.drafts, name="drafts"),
    path("systems/<uuid:pk>/drafts.csv", fleet.links, name="drafts_csv"),
    path("systems/<uuid:pk>/lists/new/", lists.new, name="new_list"),
    path("systems/<uuid:pk>/lists/<uuid:customers>/", lists.show, name="customer_list"),
    path("systems/<uuid:pk>/lists/<uuid:customers>/links.csv", lists.links, name="list_csv"),
    path("in-use/", acting, name="acting"),
    path("", include("onboarding.checklists.tenant_urls")),
    path("clients/", include("onboarding.clients.urls")),
    path("clients/<uuid:pk>/", client, name="client"),
    path("clients/<uuid:pk>/traffic/", traffic, name="traffic"),
    path("clients/<uuid:pk>/traffic/<uuid:trace>/", diagnosis.trace, name="trace"),
    path("clients/<uuid:pk>/exceptions/", exceptions, name="exceptions"),
    path("clients/<uuid:pk>/", include("onboarding.keys.urls")),
    path("clients/<uuid:pk>/", include("onboarding.smoketests.urls")),
    path("", include("onboarding.testtokens.urls")),
    path("promotion/", include("onboarding.promotion.tenant_urls")),
    path("why/", diagnosis.why, name="why"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # First, because they are asked for most.
    path("<environment:environment>/sts/", include("onboarding.sts.urls")),
    path(
        ".well-known/oauth-authorization-server/<environment:environment>/sts",
        sts.metadata,
        name="sts_metadata",
    ),
    path("<environment:environment>/cp-api/", include("onboarding.cpapi.urls")),
    # Test only: there is no such address for production. Clients that resolve absolute paths
    # against a host ask at its root.
    path("test/ttt/", include("onboarding.testtokens.service_urls")),
    path("v2/create-test-token-with-key", ttt.create, name="ttt_v2"),
    path("create-test-token-with-key", ttt.create, name="ttt_v1"),
    path("create-test-token", ttt.create, name="ttt_v0"),
    path("<environment:environment>/", include("onboarding.selfservice.urls")),
    path(
        "",
        include((selfservice.root_patterns, "selfservice"), namespace="selfservice_root"),
    ),
    path("<environment:environment>/packages/<uuid:pk>", package, name="package"),
    path("healthz", health.healthz, name="healthz"),
    path("appearance/language", views.choose_language, name="language"),
    path("appearance/scheme", views.choose_scheme, name="scheme"),
    path("help/", include("onboarding.diagnosis.urls")),
    path("desk/", include("onboarding.promotion.urls")),
    path("checklist/", include("onboarding.checklists.urls")),
    path("", include("onboarding.accounts.urls")),
    path("notices/", include("onboarding.notices.urls")),
    path("", include("onboarding.suppliers.urls")),
    path("<environment:environment>/<orgnr:number>/", include(TENANT)),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
