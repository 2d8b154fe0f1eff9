"""Where are the pages of this app?"""

from django.urls import path

from alerts.views import acknowledging, channels, inbox, preferences, rules

app_name = "alerts"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("badge/", inbox.badge, name="badge"),
    path("acknowledge/", acknowledging.acknowledge_selected, name="acknowledge_selected"),
    path("unacknowledge/", acknowledging.unacknowledge_selected, name="unacknowledge_selected"),
    path("<int:pk>/", inbox.alert_detail, name="alert_detail"),
    path("<int:pk>/acknowledge/", acknowledging.acknowledge, name="acknowledge"),
    path("<int:pk>/unacknowledge/", acknowledging.unacknowledge, name="unacknowledge"),
    path("channels/", channels.channel_list, name="channel_list"),
    path("channels/add/", channels.channel_add, name="channel_add"),
    path("channels/<int:pk>/", channels.channel_edit, name="channel_edit"),
    path("channels/<int:pk>/delete/", channels.channel_delete, name="channel_delete"),
    path("channels/<int:pk>/test/", channels.channel_test, name="channel_test"),
    path("rules/", rules.rule_list, name="rule_list"),
    path("rules/<int:pk>/", rules.rule_edit, name="rule_edit"),
    path("deliveries/", channels.delivery_log, name="delivery_log"),
    path("notifications/", preferences.notifications, name="notifications"),
    path("notifications/stop/", preferences.notification_stop, name="notification_stop"),
    path("notifications/test/", preferences.notification_test, name="notification_test"),
    path("stop/<str:token>/", preferences.stop, name="stop"),
]
