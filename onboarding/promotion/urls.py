from django.urls import path

from onboarding.promotion.views import desk, review

app_name = "desk"
urlpatterns = [
    path("", desk.queue, name="queue"),
    path("<uuid:pk>/", desk.case, name="case"),
    path("<uuid:pk>/dossier/", desk.dossier, name="dossier"),
    path("<uuid:pk>/take/", review.take, name="take"),
    path("<uuid:pk>/join/", review.join, name="join"),
    path("<uuid:pk>/put-back/", review.put_back, name="put_back"),
    path("<uuid:pk>/hand-over/", review.hand_over, name="hand_over"),
    path("<uuid:pk>/items/<str:item>/judge/", review.judge, name="judge"),
    path("<uuid:pk>/items/<str:item>/condition/", review.condition, name="condition"),
    path("<uuid:pk>/comments/", review.comment, name="comment"),
    path("<uuid:pk>/decide/", review.decide, name="decide"),
    path("<uuid:pk>/look/", review.look, name="look"),
]
