"""Form fields as the pages show them."""

from django import forms


class Checks(forms.CheckboxSelectMultiple):
    template_name = "forms/checks.html"


class Radios(forms.RadioSelect):
    template_name = "forms/checks.html"
