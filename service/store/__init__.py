"""The store: submissions, originals, reports, decisions, people – in the archive's own database, so that one transaction covers all.

:class:`service.store.database.Store` opens it. The other files hold functions on one subject each; they take the connection of a
transaction that their caller holds, so that whoever needs two of them together gets both or neither.
"""
