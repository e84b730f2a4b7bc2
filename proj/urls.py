from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from proj.status.views import status

admin.site.site_header = admin.site.site_title = "Footfall"
admin.site.index_title = "Administration"
# Who administers the server signs in as everybody does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

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
