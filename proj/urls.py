from django.contrib import admin
from django.urls import include, path

from proj import admin_doors
from proj.status.views import status

admin.site.site_header = admin.site.site_title = "Footfall"
admin.site.index_title = "Administration"
# Who administers the server signs in as everybody does.
admin.site.login = admin_doors.login  # type: ignore[method-assign,assignment]
admin.site.password_change = admin_doors.password_change  # type: ignore[method-assign]
admin.site.password_change_done = admin_doors.password_change  # type: ignore[method-assign]

urlpatterns = [
    path("admin/status", admin.site.admin_view(status), name="admin_status"),
    path("admin/", admin.site.urls),
    path("", include("dashboard.urls")),
]

handler400 = "dashboard.errors.bad_request"
handler403 = "dashboard.errors.forbidden"
handler404 = "dashboard.errors.not_found"
handler429 = "dashboard.errors.too_many"
handler500 = "dashboard.errors.server_error"
