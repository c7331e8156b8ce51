"""What must outlive a request: launches, drafts and the ledger. SQLAlchemy over SQLite; everything readable
is sealed first.
"""
