"""What must outlive a request: launches, drafts and the ledger. SQLAlchemy over SQLite or PostgreSQL;
everything readable is sealed first.
"""
