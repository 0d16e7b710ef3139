from django.urls import URLPattern, path

from onboarding.suppliers.views import approval, invitations, organizations

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
]
