"""The admin of accounts."""

from allauth.account.admin import EmailAddress, EmailAddressAdmin
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import Group, GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Model
from django.http import HttpRequest

from dashboard.accounts.models import SetupLink, User
from dashboard.accounts.setup import vouch_for
from tracking.admin.finding import Finding
from tracking.admin.log import Audited
from tracking.models import Member


class AccountCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email"]
        field_classes: dict[str, type[forms.Field]] = {}


class MemberInline(Finding, admin.TabularInline):
    model = Member
    extra = 0
    autocomplete_fields = ["team"]


@admin.register(User)
class AccountAdmin(Audited, UserAdmin):
    add_form = AccountCreationForm
    list_display = ["email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "date_joined"]
    search_fields = ["email"]
    date_hierarchy = "date_joined"
    ordering = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    inlines = [MemberInline]
    fieldsets = [
        (None, {"fields": ["email", "password"]}),
        (
            "What they may do",
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        ("Dates", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"classes": ["wide"], "fields": ["email", "usable_password", "password1", "password2"]},
        )
    ]

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        vouch_for(obj)

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> list:
        return self.inlines if obj else []


@admin.register(SetupLink)
class SetupLinkAdmin(Audited):
    """Which links were made and used; none can be made here, because only a start prints one."""

    list_display = ["created_at", "used_at"]
    list_filter = ["created_at", "used_at"]
    fields = ["created_at", "used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


admin.site.unregister([Authenticator, EmailAddress, Group])
# Their owners end them, or whoever closes the account.
admin.site.unregister(UserSession)


@admin.register(EmailAddress)
class AddressAdmin(Audited, EmailAddressAdmin):
    # Its own marks addresses as verified past the audit log; the form does so within.
    actions: list[str] = []


@admin.register(Group)
class AuditedGroupAdmin(Audited, GroupAdmin):
    pass


@admin.register(Authenticator)
class AuthenticatorAdmin(Audited):
    """Second factors, to be removed from people who lost theirs; what they hold is not shown."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ["user", "type", "created_at", "last_used_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
