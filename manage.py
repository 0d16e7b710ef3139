#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from portal import local

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # Before Django reads them: `run` makes its settings, and other commands join what it runs.
    try:
        settle = local.environment if sys.argv[1:2] == ["run"] else local.beside
        os.environ.update(settle(os.environ))
    except local.NotHere as refusal:
        sys.exit(str(refusal))
    execute_from_command_line(sys.argv)
