"""The pages that are composed of several apps, under the names that the addresses use."""

from portal.client_page import client
from portal.home_page import home

__all__ = ["client", "home"]
