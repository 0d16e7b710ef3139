"""The verbs of the API: drafts that are made and answered, clients that change themselves."""
