from django.urls import URLPattern, path

from onboarding.suppliers.views import (
    approval,
    changes_desk,
    contacts,
    handovers,
    invitations,
    organizations,
    terms_desk,
)

app_name = "suppliers"
urlpatterns: list[URLPattern] = [
    path("", organizations.start, name="start"),
    path("organizations/", organizations.choose, name="choose"),
    path("organizations/any/", organizations.find_any, name="any"),
    path("organizations/any/<int:pk>/", organizations.represent, name="represent"),
    path("organizations/new/", organizations.register, name="register"),
    path("invitations/", invitations.invitation, name="invitation"),
    path("invitations/<str:token>/", invitations.follow, name="follow"),
    path("operator/suppliers/", approval.suppliers, name="suppliers"),
    path("operator/suppliers/<orgnr:number>/", approval.supplier, name="supplier"),
    path("operator/suppliers/<orgnr:number>/<slug:act>/", approval.decide, name="decide"),
    path("operator/terms/", terms_desk.versions, name="terms"),
    path("operator/terms/new/", terms_desk.new, name="terms_new"),
    path("operator/terms/<uuid:pk>/", terms_desk.version, name="terms_version"),
    path("operator/terms/<uuid:pk>/edit/", terms_desk.edit, name="terms_edit"),
    path("operator/terms/<uuid:pk>/publish/", terms_desk.publish, name="terms_publish"),
    path("operator/changes/", changes_desk.changes, name="changes"),
    path("operator/changes/new/", changes_desk.write, name="change_new"),
    path("operator/changes/<uuid:pk>/", changes_desk.write, name="change_edit"),
    path("operator/changes/<uuid:pk>/publish/", changes_desk.publish, name="change_publish"),
    path("handovers/", handovers.handover, name="handover"),
    path("handovers/<str:token>/", handovers.follow, name="handover_follow"),
    path("contact-points/<str:token>/", contacts.verify, name="verify_contact"),
]
